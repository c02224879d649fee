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
import { PeerworkError } from './errors.ts'

const SHA2_256 = 0x12
/** Length of every digest on the wire, bytes. */
export const DIGEST_BYTES = 32

export function encode(value: unknown): Uint8Array {
  return dagCbor.encode(value)
}

/** @throws PeerworkError `MALFORMED` for anything that is not strict DAG-CBOR. */
export function decode(bytes: Uint8Array): unknown {
  try {
    return dagCbor.decode(bytes)
  } catch (error) {
    throw new PeerworkError('MALFORMED', `not DAG-CBOR: ${(error as Error).message}`, {}, error)
  }
}

/** SHA-256 of the bytes, 32 bytes. */
export function digest(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

/** A digest over bytes that arrive in pieces. */
export function digester(): { update(bytes: Uint8Array): void; digest(): Uint8Array } {
  const running = createHash('sha256')
  return { update: (bytes) => void running.update(bytes), digest: () => running.digest() }
}

/** The content id (CIDv1, dag-cbor, sha2-256, base32) under which tools of IPFS know these bytes. */
export function cidOf(bytes: Uint8Array): string {
  return CID.createV1(dagCbor.code, create(SHA2_256, digest(bytes))).toString()
}

/** Equal length and bytes; for digests that are public, so no constant time needed. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

export const toHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')

export const fromHex = (text: string): Uint8Array => Buffer.from(text, 'hex')
