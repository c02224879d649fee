/**
 * How much a relay of ours passes on, and for whom.
 *
 * The stock limits (128 KiB and 2 minutes a link, 15 reservations) are those of public relays that
 * serve the whole world for a moment until a hole is punched. Ours serve the members of one
 * network, and for a peer behind a symmetric NAT the relay is not a moment but the only way.
 */

const MIB = 1024 * 1024
const MINUTE_MS = 60_000

export interface RelayLimits {
  /** Bytes of one relayed link, both ways together; then it ends and is made anew. */
  readonly bytes: number
  /** Life of one relayed link, ms. */
  readonly durationMs: number
  /** Peers that may be reached through the relay at once, count. */
  readonly reservations: number
}

/**
 * In a network with an owner, where only members are served. Bytes: some thirty of the largest
 * tasks (16 MiB in, 16 MiB out), so that a link is renewed now and then and not within a task.
 * Duration: twice the longest task anybody waits for interactively; links are renewed before.
 * Reservations: half of what one agent connects to.
 */
export const FOR_MEMBERS: RelayLimits = {
  bytes: 1024 * MIB,
  durationMs: 60 * MINUTE_MS,
  reservations: 128
}

/**
 * In an open network, where anybody may come: enough for two of the largest tasks, or a chat of a
 * quarter of an hour, and not for a film.
 */
export const FOR_STRANGERS: RelayLimits = {
  bytes: 64 * MIB,
  durationMs: 15 * MINUTE_MS,
  reservations: 32
}

/** Life of a reservation, ms: refreshed five minutes before its end. */
export const RESERVATION_MS = 60 * MINUTE_MS
/** Relayed links of one peer through one relay, count: as many as a small network has members. */
export const LINKS_PER_PEER_MAX = 64
/** What of a relayed link is kept for everything but payloads, bytes: cards, frames, pings. */
export const RESERVE_BYTES = 256 * 1024

/**
 * What may still be sent over a link, bytes; a direct one has no bound.
 *
 * @param limits as the connection has them: bytes of both directions together
 */
export function bytesLeft(limits: { readonly bytes?: bigint } | undefined): number {
  if (limits?.bytes === undefined) return Infinity
  return Math.max(0, Number(limits.bytes) - RESERVE_BYTES)
}

/** From here on a number of seconds is believed to be one of milliseconds: a whole day. */
const SECONDS_MAX = 86_400

/**
 * How long a relayed link lives, ms. Relays made with js-libp2p 3 tell milliseconds where the
 * specification (circuit v2, `Limit.duration`) says seconds.
 *
 * @param seconds as a fresh connection has it
 */
export function lifeMs(seconds: number | undefined): number {
  if (seconds === undefined || seconds <= 0) return Infinity
  return seconds > SECONDS_MAX ? seconds : seconds * 1000
}
