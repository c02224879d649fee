/** Events of which some are told later than they come, in the order in which they came. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../node/clock.ts'
import { take } from './in-order.ts'

/** Events held back at once, count; the oldest of more goes at once. */
const HELD_MAX = 1_000

/**
 * What comes after an event that is held waits behind it. When the source ends, nothing waits any
 * more.
 *
 * @param holdMs how long this one is held from when it comes, ms
 */
export async function* heldBack<T>(
  events: AsyncIterable<T>,
  holdMs: (event: T) => number,
  elapsed: Clock['elapsed']
): AsyncGenerator<T, void, void> {
  const source = events[Symbol.asyncIterator]()
  const held: { readonly event: T; readonly due: number }[] = []
  let next = take(source)
  let over = false
  try {
    for (;;) {
      const first = held[0]
      const waitMs = first === undefined ? Infinity : first.due - elapsed()
      if (first !== undefined && (over || waitMs <= 0 || held.length > HELD_MAX)) {
        held.shift()
        yield first.event
        continue
      }
      if (over) return
      const step = await (first === undefined ? next : Promise.race([next, sleep(waitMs)]))
      if (step === undefined) continue
      if (step.done === true) over = true
      else {
        held.push({ event: step.value, due: elapsed() + holdMs(step.value) })
        next = take(source)
      }
    }
  } finally {
    await source.return?.()
  }
}
