/**
 * One value, one byte string: deterministic DAG-CBOR, and SHA-256 digests of it.
 *
 * Source: IPLD DAG-CBOR specification. The bytes are signed as sent; nothing is ever re-encoded to
 * check a signature, so canonical form only has to be produced, not recomputed.
 */

import { createHash, hash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { equals } from 'uint8arrays/equals'
import { copyOf } from './bytes.ts'
import { readCbor } from './cbor-reader.ts'
import { writeCbor } from './cbor-writer.ts'
import { messageOf, PeerworkError } from './errors.ts'

const DAG_CBOR = 0x71
const SHA2_256 = 0x12
/** Length of every digest on the wire, bytes. */
export const DIGEST_BYTES = 32

/**
 * CBOR has no undefined: a field of that value is left out, as an absent one is.
 *
 * @throws PeerworkError `INTERNAL` for what DAG-CBOR cannot hold (NaN, functions, cycles).
 */
export const encode = (value: unknown): Uint8Array => copyOf(encodeShared(value))

/** How long `encode` would make it, bytes; a third cheaper than asking the encoding. */
export const encodedLength = (value: unknown): number => encodeShared(value).length

/**
 * The bytes of `encode` in a buffer that the next call overwrites, for whoever is done with them
 * at once. The `ahead` bytes before them are the caller's to write to.
 *
 * @throws PeerworkError `INTERNAL`, as `encode` does
 */
export function encodeShared(value: unknown, ahead = 0): Buffer {
  try {
    return writeCbor(value, ahead)
  } catch (error) {
    throw new PeerworkError('INTERNAL', `cannot be written: ${messageOf(error)}`, {}, error)
  }
}

/** @throws PeerworkError `MALFORMED` for anything but one canonical DAG-CBOR value. */
export const decode = (bytes: Uint8Array): unknown => readCbor(bytes)

/**
 * SHA-256 of the bytes, 32 bytes.
 *
 * Asked for as text of one character a byte: a Buffer made by the crypto library lies outside the
 * heap, which costs more than hashing a task does (0.9 µs against 0.5 in all).
 */
export function digest(bytes: Uint8Array): Uint8Array {
  const text = hash('sha256', bytes, 'latin1')
  const out = new Uint8Array(DIGEST_BYTES)
  for (let at = 0; at < DIGEST_BYTES; at++) out[at] = text.charCodeAt(at)
  return out
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
  return CID.createV1(DAG_CBOR, create(SHA2_256, digest(bytes))).toString()
}

/** Equal length and bytes; for digests that are public, so no constant time needed. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return equals(one, other)
}

export const toHex = (bytes: Uint8Array): string => bytes.toHex()

/** @throws PeerworkError `MALFORMED` for anything but pairs of hex digits. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) {
    throw new PeerworkError('MALFORMED', `not hexadecimal: ${text.slice(0, 80)}`)
  }
  return new Uint8Array(Buffer.from(text, 'hex'))
}
