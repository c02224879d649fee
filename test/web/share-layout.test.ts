import { expect, test } from 'vitest'
import { layoutOf, ticksOf } from '../../web/src/share/layout.ts'
import type { ShownRun } from '../../web/src/share/types.ts'

type Step = readonly [lane: number, parent: number | null, from: number | null, to: number | null]

const run = (steps: readonly Step[], ms: number | null = 100): ShownRun => ({
  ...{ profile: 'shape', title: '', name: null, at: null, status: 'ok', ms, errors: 0, left: 0 },
  ...{ tokens: null, cost: null, lanes: [{ name: 'A' }, { name: 'B' }] },
  spans: steps.map(([lane, parent, fromMs, toMs]) => ({
    ...{ lane, parent, fromMs, toMs, kind: 'step', name: null, status: 'ok', tokens: null },
    ...{ cost: null, error: null, model: null, tool: null, skill: null, attributes: null }
  }))
})
const rows = (steps: readonly Step[]): readonly (readonly number[])[] =>
  layoutOf(run(steps))
    .bars.toSorted((a, b) => a.at - b.at)
    .map(({ at, row }) => [at, row])

test('what runs at once stands in rows of its own, and a step below what began it', () => {
  expect(
    rows([
      [0, null, 0, 100],
      [0, 0, 10, 20],
      [0, 0, 15, 30],
      [0, 0, 40, 50]
    ])
  ).toEqual([
    ...[
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 1]
    ]
  ])
  // Another lane has rows of its own.
  expect(
    rows([
      [0, null, 0, 100],
      [1, 0, 10, 20]
    ])
  ).toEqual([
    [0, 0],
    [1, 0]
  ])
})

test('no length takes room, no end goes to the end, and no beginning is nowhere', () => {
  expect(
    rows([
      [0, null, 5, 5],
      [0, null, 5, 5]
    ])
  ).toEqual([
    [0, 0],
    [1, 1]
  ])
  const { bars, wholeMs } = layoutOf(
    run(
      [
        [0, null, 10, null],
        [0, null, null, 7]
      ],
      null
    )
  )
  expect([bars.length, bars[0]?.toMs, wholeMs]).toEqual([1, 10, 10])
  expect(layoutOf(run([], null)).wholeMs).toBe(1)
})

test('ticks are round, few, and begin with nothing', () => {
  expect(ticksOf(12_000, 6)).toEqual([0, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000])
  expect(ticksOf(7, 3)).toEqual([0, 5])
  for (const whole of [0.001, 1, 3_600_000, 1e15]) {
    expect(ticksOf(whole, 8).length).toBeLessThanOrEqual(9)
  }
})
