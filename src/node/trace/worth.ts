/** What an event is worth when there is no room for all of them. */

import type { TraceEventType } from '../../protocol/trace.ts'

/**
 * Events that tell how something went on, and not how it began or ended, and contents: they go
 * first. Handoffs, ends, guards and errors are never among them.
 */
const FLEETING: ReadonlySet<TraceEventType> = new Set<TraceEventType>([
  ...(['peer.joined', 'peer.left', 'task.progress', 'task.streaming'] as const),
  ...(['task.replayed', 'content.part'] as const)
])

export const isFleeting = (type: TraceEventType): boolean => FLEETING.has(type)

/** Shortest run of fleeting events that gets a batch of its own, count: an eighth of a full one. */
const RUN_MIN = 25

/**
 * Where to cut the next batch, so that what is fleeting can go by itself: before or after a long
 * run of it. Short runs stay with their neighbours, for a batch costs a signature.
 *
 * @param types of the events that would be in it, in order
 * @returns how many of them to take
 */
export function cutAt(types: readonly TraceEventType[]): number {
  let start = 0
  for (let at = 1; at <= types.length; at++) {
    const [before, type] = [types[at - 1], types[at]]
    if (before === undefined) break
    const fleeting = isFleeting(before)
    if (type !== undefined && isFleeting(type) === fleeting) continue
    // A run of one sort ends here.
    if (fleeting && at - start >= RUN_MIN) return start > 0 ? start : at
    start = at
  }
  return types.length
}
