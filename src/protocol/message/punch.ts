/**
 * `/peerwork/punch/1`: two peers that talk through a relay meet half-way, to talk without it.
 *
 * Over the relayed link, whoever dialled sends where it is seen from outside (`seen`); the other
 * side answers with the same, and is told to `go`. Then both dial at once, each from the port it
 * named. The idea is that of DCUtR (libp2p specifications); the words are our own, because over TCP
 * both sides have to dial from the very port that the relay sees.
 */

import { decode, encode } from '../canonical.ts'
import * as shape from '../shape.ts'

/** Addresses in one frame, count: one of each family, and one on the own LAN. */
const SEEN_MAX = 4
/** A frame, bytes: addresses and their names. */
export const PUNCH_FRAME_BYTES_MAX = 2 * 1024

const frame = shape.object({
  /** Where the sender dials from, as others see it; without the peer's id. */
  seen: shape.optional(shape.list(shape.address, SEEN_MAX, 1)),
  go: shape.optional(shape.flag)
})
export type PunchFrame = ReturnType<typeof readFrame>

const readFrame = shape.reader('punch frame', frame)

export const encodePunch = (value: PunchFrame): Uint8Array => encode(value)
/** @throws PeerworkError `MALFORMED` */
export const decodePunch = (bytes: Uint8Array): PunchFrame => readFrame(decode(bytes))
