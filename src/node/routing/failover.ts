/** After which failures a task goes on to the next peer. */

import type { ErrorCode } from '../../protocol/errors.ts'

/** Peers that one task is given to, in turn, count: work that fells four is to blame itself. */
export const ATTEMPTS_MAX = 4
/** Peers that may turn it down before, count: it has run at none, and one may well take it. */
export const REFUSALS_MAX = 16
/** Less time than this is not worth another attempt, ms. */
export const LEFT_MS_MIN = 50
/** How long a peer may take to say whether it takes a task while others could, ms. */
const ACCEPT_MS_MAX = 3_000
/** And how much more for each byte of a large input that has to get there first: 0.5 Mbit/s. */
const BYTES_PER_MS = 64

/** It does not work for us at all, and will not a moment later. */
const CLOSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['NOT_ADMITTED', 'ROLE_MISSING', 'SKILL_UNKNOWN', 'SHUTTING_DOWN'] as const),
  ...(['NOT_A_MEMBER', 'MEMBERSHIP_EXPIRED', 'MEMBERSHIP_REVOKED', 'WRONG_NETWORK'] as const),
  ...(['CLOCK_SKEW', 'EXPIRED', 'UNSUPPORTED_VERSION'] as const)
])
const TURNED_DOWN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...CLOSED,
  ...(['BUSY', 'QUOTA_EXCEEDED', 'LOOP'] as const)
])

/**
 * What may well go better elsewhere. Refusals: nothing has run. Losses and faults of the peer:
 * something may have run there, which is why it is canceled there and never given to it again.
 *
 * What is not here is about the work (INPUT_INVALID, SKILL_FAILED, BUDGET_EXCEEDED, …), so that the
 * next peer could only say the same; about the key (REPLAYED, INTERRUPTED); or a wish (CANCELED).
 */
const GOES_ON: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...TURNED_DOWN,
  ...(['PEER_LOST', 'DIAL_FAILED', 'DEADLINE_EXCEEDED'] as const),
  ...(['SKILL_CRASHED', 'STORE_FAILED', 'INTERNAL'] as const),
  ...(['SIGNATURE_INVALID', 'RESULT_MISMATCH', 'MALFORMED', 'WRONG_KIND', 'TOO_LARGE'] as const)
])

export const isClosed = (code: ErrorCode): boolean => CLOSED.has(code)
/** Nothing has run. */
export const turnedDown = (code: ErrorCode): boolean => TURNED_DOWN.has(code)
export const goesOn = (code: ErrorCode): boolean => GOES_ON.has(code)

/** How long a peer may take to accept, when there is another one to turn to. */
export function acceptMsFor(inputBytes: number, leftMs: number): number {
  const ms = ACCEPT_MS_MAX + Math.ceil(inputBytes / BYTES_PER_MS)
  return Math.max(LEFT_MS_MIN, Math.min(ms, Math.floor(leftMs / 2)))
}
