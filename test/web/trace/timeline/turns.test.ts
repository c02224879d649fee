import { expect, test } from 'vitest'
import { layoutOf, layoutSteps } from '../../../../web/src/trace/timeline/lanes.ts'
import { atOnce, inTurns } from '../../../../web/src/trace/timeline/turns.ts'
import type { Span } from '../../../../web/src/types.ts'

/** Busy for some time, in several steps. */
function* counting(steps: number, ms: number): Generator<undefined, number, undefined> {
  for (let step = 0; step < steps; step++) {
    const until = performance.now() + ms
    while (performance.now() < until);
    yield
  }
  return steps
}

test('long work leaves room for others between its pieces, and ends with the same', async () => {
  let turns = 0
  const others = setInterval(() => turns++)
  const { promise, resolve } = Promise.withResolvers<number>()
  inTurns(counting(10, 10), resolve)
  expect(turns).toBe(0)
  expect(await promise).toBe(atOnce(counting(10, 0)))
  clearInterval(others)
  expect(turns).toBeGreaterThan(3)
})

test('what was stopped goes no further', async () => {
  let count = 0
  const steps = (function* () {
    for (; ; count++) yield* counting(1, 10)
  })()
  const stop = inTurns(steps, () => undefined)
  await expect.poll(() => count).toBeGreaterThan(0)
  stop()
  const before = count
  await new Promise((done) => setTimeout(done, 100))
  expect(count).toBe(before)
})

test('spans are laid out in steps of which none is most of the work', () => {
  const spans = Array.from({ length: 20_000 }, (_, at): Span => {
    const span = at.toString(16).padStart(16, '0')
    const parent = at === 0 ? {} : { parent: (at >> 3).toString(16).padStart(16, '0') }
    return {
      ...{ trace: 'a'.repeat(32), span, ...parent, kind: 'step', status: 'ok', name: 'a' },
      ...{ agent: `a${at % 12}`, source: { kind: 'key', by: 'app' } },
      ...{ startUs: 1e15 + at * 100, endUs: 1e15 + at * 100 + 900 }
    }
  })
  const steps = layoutSteps(spans)
  let count = 1
  while (steps.next().done !== true) count++
  expect(count).toBeGreaterThanOrEqual(8)
  expect(atOnce(layoutSteps(spans))).toEqual(layoutOf(spans))
})
