/** Events of several producers, in the order of their times as far as a short wait can tell. */

import { setTimeout as sleep } from 'node:timers/promises'

/** Events held back at once: what a terminal shows in some screens. */
const HELD_MAX = 1000

/**
 * Producers send events in batches, so that the answer can arrive before the question. Holding them
 * back a little and sorting each such window shows the two ends of a handoff next to each other.
 *
 * @param holdMs how long the first event of a window waits for others
 */
export async function* inOrder<T>(
  events: AsyncIterable<T>,
  at: (event: T) => number,
  holdMs: number
): AsyncGenerator<T, void, void> {
  const source = events[Symbol.asyncIterator]()
  let next = take(source)
  try {
    for (;;) {
      const first = await next
      if (first.done === true) return
      const held = [first.value]
      const due = sleep(holdMs)
      next = take(source)
      while (held.length < HELD_MAX) {
        const step = await Promise.race([next, due])
        if (step === undefined || step.done === true) break
        held.push(step.value)
        next = take(source)
      }
      yield* held.sort((one, other) => at(one) - at(other))
    }
  } finally {
    await source.return?.()
  }
}

/** A failure that comes while nobody waits is thrown by the next wait, and is not unhandled. */
export function take<T>(source: AsyncIterator<T>): Promise<IteratorResult<T, unknown>> {
  const next = source.next()
  next.catch(() => undefined)
  return next
}
