/** What a signature is over: DSSE's pre-authentication encoding; and that as a leaf of a tree. */

import { digest } from './canonical.ts'
import { LEAF } from './tree.ts'

/** What a seal can hold, and the byte that says so. */
export const KINDS = {
  ...{ task: 1, result: 2, card: 3, batch: 4 },
  ...{ certificate: 5, invitation: 6, redemption: 7, revocation: 8, succession: 9 },
  ...{ presence: 10, head: 11 }
} as const
export type Kind = keyof typeof KINDS
/** Kinds of which several may share a signature: those that come by the hundred. */
export type TogetherKind = 'task' | 'result'

export const payloadTypeOf = (kind: Kind): string => `application/vnd.peerwork.${kind}.v1+cbor`

/** What DSSE puts before a payload is shorter, bytes: a type of some 40 and a length. */
export const PREFIX_BYTES_MAX = 96
const PREFIXES = Object.fromEntries(
  (Object.keys(KINDS) as Kind[]).map((kind) => {
    const type = payloadTypeOf(kind)
    return [kind, `DSSEv1 ${type.length} ${type} `]
  })
) as Readonly<Record<Kind, string>>

/** DSSE v1 pre-authentication encoding: `DSSEv1 <len> <type> <len> <body>`. */
export function preAuthentication(kind: Kind, payload: Uint8Array): Uint8Array {
  return prefixed(kind, roomFor(payload))
}

/** A copy with room before it. */
export function roomFor(payload: Uint8Array): Uint8Array {
  const room = Buffer.allocUnsafe(PREFIX_BYTES_MAX + payload.length)
  room.set(payload, PREFIX_BYTES_MAX)
  return room.subarray(PREFIX_BYTES_MAX)
}

/** The same, written to the less than `PREFIX_BYTES_MAX` bytes before the payload in its buffer. */
export function prefixed(kind: Kind, payload: Uint8Array): Uint8Array {
  const prefix = `${PREFIXES[kind]}${payload.length} `
  const start = payload.byteOffset - prefix.length
  const whole = Buffer.from(payload.buffer, start, prefix.length + payload.length)
  whole.write(prefix, 'latin1')
  return whole
}

/**
 * The hash of a seal as a leaf: of what a signature of its own would be over. That is written to
 * the `PREFIX_BYTES_MAX` bytes before the payload in its buffer.
 */
export function leafOf(kind: Kind, payload: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = prefixed(kind, payload)
  const leaf = new Uint8Array(buffer, byteOffset - 1, length + 1)
  leaf[0] = LEAF
  return digest(leaf)
}
