/** What a trace cost, from its sums and its outline. */

import type { Outline } from './outline.ts'
import type { TraceSummary } from './store.ts'
import { NANOS, weakest } from './sums.ts'
import type { Share } from './sums.ts'

/** Of the leaves, or when none says, the most that a span around them does. */
export function spent(
  share: Share,
  outline: Outline
): Pick<TraceSummary, 'tokens' | 'cost' | 'costSource'> {
  const nanos = share.costLeaves > 0 ? share.costNanos : outline.outerNanos
  const outer = share.costLeaves === 0 && outline.outerNanos > 0
  return {
    tokens: share.tokenLeaves > 0 ? share.tokens : outline.outerTokens,
    cost: nanos / NANOS,
    costSource: weakest({
      unknown: share.unknown,
      estimated: share.estimated + Number(outer && outline.outerEstimated),
      reported: share.reported + Number(outer && !outline.outerEstimated)
    })
  }
}
