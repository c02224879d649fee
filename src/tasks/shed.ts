/** Shedding load: work that cannot be done in time is refused at once, and told when to return. */

import { PeerworkError } from '../protocol/errors.ts'
import type { Ahead, Lane, Waiting } from './lane.ts'
import type { Queue } from './queue.ts'
import { retryAfter } from './service-times.ts'
import type { Work } from './work.ts'

export interface House<T extends Waiting> {
  readonly queue: Queue<T>
  /** Tasks that run at once. */
  readonly capacity: number
  /** What a task takes, ms; undefined while too little is known to estimate a wait. */
  readonly meanMs: number | undefined
  /** From 0 up to 1, for jitter. */
  readonly chance: () => number
}

/**
 * Whether work that finds everything occupied may wait.
 *
 * @returns tasks that are likely to run before it, count
 * @throws PeerworkError `BUSY` with the fact `reason`: `queue` when its peer has no more places, or
 *   `deadline` when its turn would come too late; and the fact `retryAfterMs`
 */
export function shed<T extends Waiting>(
  { budget: { wallMs }, priority = 'normal' }: Pick<Work, 'budget' | 'priority'>,
  lane: Lane<T>,
  { queue, capacity, meanMs, chance }: House<T>
): number {
  const waitOf = (ahead: Ahead): number | undefined => {
    return meanMs === undefined ? undefined : Math.round(queue.waitMs(ahead, capacity, meanMs))
  }
  if (!queue.hasRoom(lane)) {
    // By then half of what this peer has waiting has begun.
    const half = queue.ahead(lane, { tasks: lane.size / 2, ms: lane.ms / 2 })
    const retryAfterMs = retryAfter(waitOf(half), chance())
    const text = `${queue.size} tasks wait, ${lane.size} of them of this requester`
    throw new PeerworkError('BUSY', text, { reason: 'queue', retryAfterMs })
  }
  const ahead = queue.ahead(lane, lane.ahead(priority))
  const waitMs = waitOf(ahead)
  if (waitMs !== undefined && waitMs > wallMs) {
    const retryAfterMs = retryAfter(waitMs - wallMs, chance())
    const text = `it would wait some ${waitMs} ms, and has ${wallMs} ms in all`
    throw new PeerworkError('BUSY', text, { reason: 'deadline', waitMs, retryAfterMs })
  }
  return ahead.tasks
}
