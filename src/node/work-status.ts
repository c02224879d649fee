/** What became of the tasks of others: how long they waited, and which were refused and why. */

import type { Workshop } from '../tasks/work.ts'
import type { Counters } from './counters.ts'

export interface WorkStatus {
  /** Tasks that began since the start, count, and how long they had waited on average, ms. */
  readonly begun: number
  readonly meanWaitMs: number
  /** Peers whose tasks wait now, count, and how long the oldest of those does, ms. */
  readonly peersWaiting: number
  readonly longestWaitMs: number
  /** By error code and reason, most first; a reason is empty where the code says it all. */
  readonly refused: readonly {
    readonly code: string
    readonly reason: string
    readonly count: number
  }[]
}

export function workStatus(
  counters: Pick<Counters, 'samples'>,
  workshop: Pick<Workshop, 'waiting'>
): WorkStatus {
  const begun = counters.samples('tasks_begun')[0]?.value ?? 0
  const waitedMs = (counters.samples('queue_wait_seconds')[0]?.value ?? 0) * 1_000
  const { peers: peersWaiting, longestMs: longestWaitMs } = workshop.waiting()
  const refused = counters.samples('tasks_refused').map(({ labels, value: count }) => {
    return { code: labels['code'] ?? '', reason: labels['reason'] ?? '', count }
  })
  return {
    ...{ begun, meanWaitMs: begun === 0 ? 0 : waitedMs / begun, peersWaiting, longestWaitMs },
    refused: refused.sort((one, other) => other.count - one.count)
  }
}
