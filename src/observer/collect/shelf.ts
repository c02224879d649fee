/** What the store holds, as other observers may have it. */

import type { HeldLog, ShelfBatch, TraceShelf } from '../../node/trace/api.ts'
import type { TraceStore } from '../store.ts'
import type { KnownLog } from './known-log.ts'
import type { KnownLogs } from './known-logs.ts'

export function shelfOf(store: Pick<TraceStore, 'batches'>, logs: KnownLogs): TraceShelf {
  return {
    held(after, limit): Promise<readonly HeldLog[]> {
      const held = logs.after(after).filter(({ next }) => next > 0)
      return Promise.resolve(held.take(limit).map(heldLog).toArray())
    },
    async batches({ by, boot }, range, limit): Promise<readonly ShelfBatch[]> {
      // Whoever asks for what we never heard of does not make us look on disk.
      if (logs.get({ by, boot }) === undefined) return []
      const found = await store.batches(by, boot, range, limit)
      return found.map(({ bytes, first, count }) => ({ bytes, to: first + count }))
    }
  }
}

const heldLog = ({ by, boot, held, tip, forks, head }: KnownLog): HeldLog => ({
  ...{ by, boot, ranges: held, forks: [...forks] },
  ...(tip && { tip: { first: tip.first, digest: tip.digest } }),
  ...(head && { head })
})
