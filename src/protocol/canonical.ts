/**
 * One value, one byte string: deterministic DAG-CBOR, and SHA-256 digests of it.
 *
 * Source: IPLD DAG-CBOR specification. The bytes are signed as sent; nothing is ever re-encoded to
 * check a signature, so canonical form only has to be produced, not recomputed.
 */

import { createHash, hash } from 'node:crypto'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { equals } from 'uint8arrays/equals'
import { checkCborForm } from './cbor-form.ts'
import { messageOf, PeerworkError } from './errors.ts'

const SHA2_256 = 0x12
/** Length of every digest on the wire, bytes. */
export const DIGEST_BYTES = 32

/**
 * CBOR has no undefined: a field of that value is left out, as an absent one is.
 *
 * @throws PeerworkError `INTERNAL` for what DAG-CBOR cannot hold (NaN, functions, cycles).
 */
export function encode(value: unknown): Uint8Array {
  try {
    return dagCbor.encode(hasUndefined(value) ? withoutUndefined(value) : value)
  } catch (error) {
    throw new PeerworkError('INTERNAL', `cannot be written: ${messageOf(error)}`, {}, error)
  }
}

/** @throws PeerworkError `MALFORMED` for anything but one canonical DAG-CBOR value. */
export function decode(bytes: Uint8Array): unknown {
  checkCborForm(bytes)
  try {
    return dagCbor.decode(bytes)
  } catch (error) {
    throw new PeerworkError('MALFORMED', `not DAG-CBOR: ${messageOf(error)}`, {}, error)
  }
}

/** SHA-256 of the bytes, 32 bytes. */
export function digest(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', bytes, 'buffer'))
}

const EMPTY = digest(new Uint8Array())

/** A digest over bytes that arrive in pieces. Asking for it ends it; asking again is free. */
export function digester(): { update(bytes: Uint8Array): void; digest(): Uint8Array } {
  // Made with the first bytes: most tasks stream nothing, and a hash object is dear.
  let running: ReturnType<typeof createHash> | undefined
  let done: Uint8Array | undefined
  return {
    update: (bytes) => void (running ??= createHash('sha256')).update(bytes),
    digest: () => (done ??= running === undefined ? EMPTY : new Uint8Array(running.digest()))
  }
}

/** The content id (CIDv1, dag-cbor, sha2-256, base32) under which IPFS tools know these bytes. */
export function cidOf(bytes: Uint8Array): string {
  return CID.createV1(dagCbor.code, create(SHA2_256, digest(bytes))).toString()
}

/** Equal length and bytes; for digests that are public, so no constant time needed. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return equals(one, other)
}

export const toHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')

/** @throws PeerworkError `MALFORMED` for anything but pairs of hex digits. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) {
    throw new PeerworkError('MALFORMED', `not hexadecimal: ${text.slice(0, 80)}`)
  }
  return new Uint8Array(Buffer.from(text, 'hex'))
}

/** Rarely true, and much cheaper to ask than to copy every value. */
function hasUndefined(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasUndefined)
  if (!isRecord(value)) return value === undefined
  for (const key in value) if (hasUndefined(value[key])) return true
  return false
}

/** The same value without fields that are undefined, at every level. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (!isRecord(value)) return value
  const fields = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(fields.map(([key, part]) => [key, withoutUndefined(part)]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
