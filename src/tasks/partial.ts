/** What a task answers with when its time or its budget ran out before it was done. */

import { OUTPUT_BYTES_MAX } from '../protocol/constants.ts'
import type { PeerworkError } from '../protocol/errors.ts'
import { parseJson } from '../protocol/json.ts'
import type { Account } from './account.ts'

/** What a task can run out of: then a part of the work is better than none. */
const EXHAUSTED = new Set(['BUDGET_EXCEEDED', 'DEADLINE_EXCEEDED'])

/**
 * The last that the skill called its partial output, when this failure is one that wants it. The
 * guest is not trusted: what is too large or no JSON is left out.
 */
export function partialFor(
  { code }: PeerworkError,
  partial: Uint8Array | undefined,
  account: Account
): Uint8Array | undefined {
  if (partial === undefined || !EXHAUSTED.has(code)) return undefined
  if (partial.length > OUTPUT_BYTES_MAX || !account.fits(partial.length)) return undefined
  try {
    parseJson(partial)
    return partial
  } catch {
    return undefined
  }
}
