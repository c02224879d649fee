/**
 * An agent's id is its Ed25519 public key, written as a libp2p PeerId: base58btc of the identity
 * multihash of the protobuf-wrapped key (libp2p specs, peer-ids). No lookup is needed to verify.
 */

import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { base58btc } from 'multiformats/bases/base58'
import { PeerworkError } from './errors.ts'

/** Identity multihash (00), 36 bytes (24), protobuf: Ed25519 (08 01), 32 bytes of key (12 20). */
const ID_PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const KEY_BYTES = 32
export const SIGNATURE_BYTES = 64
/**
 * Public keys kept ready, count: more than an agent is connected with, at about 2 KB each. One that
 * is not costs 20 µs, a third of the check of its signature.
 */
const CACHE_MAX = 512

/** An id like `12D3KooW…`; a string so that it can be a map key and reads well in logs. */
export type AgentId = string

/** A key that can sign, and the id that goes with it. */
export interface Identity {
  readonly id: AgentId
  readonly publicKey: Uint8Array
  /** Ed25519 over the bytes, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array
}

/**
 * The identity of a 32-byte Ed25519 seed (RFC 8032). Key objects are made once: importing a key at
 * each signature costs more than the signature.
 */
export function identityFromSeed(seed: Uint8Array): Identity {
  if (seed.length !== KEY_BYTES) {
    throw new PeerworkError('KEY_UNREADABLE', `an Ed25519 seed has 32 bytes, not ${seed.length}`)
  }
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  pkcs8.fill(0)
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const publicKey = new Uint8Array(spki.subarray(spki.length - KEY_BYTES))
  return { id: idOf(publicKey), publicKey, sign: (bytes) => sign(null, bytes, key) }
}

export function idOf(publicKey: Uint8Array): AgentId {
  const bytes = new Uint8Array(ID_PREFIX.length + KEY_BYTES)
  bytes.set(ID_PREFIX)
  bytes.set(publicKey, ID_PREFIX.length)
  return base58btc.baseEncode(bytes)
}

export function isAgentId(text: string): boolean {
  if (wellFormed.has(text)) return true
  if (keyBytesOf(text) === undefined) return false
  if (wellFormed.size >= CACHE_MAX) wellFormed.clear()
  wellFormed.add(text)
  return true
}

/** Ids that were found to be some, as every message names two: decoding base58 takes 2 µs. */
const wellFormed = new Set<string>()

/** Check an Ed25519 signature by the agent with this id. False for ids that are none. */
export function verifyBy(id: AgentId, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false
  const key = publicKeyOf(id)
  return key !== undefined && verify(null, bytes, key, signature)
}

const keys = new Map<AgentId, KeyObject>()

function publicKeyOf(id: AgentId): KeyObject | undefined {
  const known = keys.get(id)
  if (known !== undefined) return known
  const raw = keyBytesOf(id)
  if (raw === undefined) return undefined
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  if (keys.size >= CACHE_MAX) keys.delete(keys.keys().next().value ?? '')
  keys.set(id, key)
  return key
}

function keyBytesOf(id: AgentId): Uint8Array | undefined {
  if (id.length < 45 || id.length > 60) return undefined
  try {
    const bytes = base58btc.baseDecode(id)
    const fits = bytes.length === ID_PREFIX.length + KEY_BYTES
    const ours = fits && ID_PREFIX.every((byte, at) => bytes[at] === byte)
    return ours ? bytes.subarray(ID_PREFIX.length) : undefined
  } catch {
    return undefined
  }
}
