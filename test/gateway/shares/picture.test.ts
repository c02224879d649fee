import { expect, test } from 'vitest'
import { pictureOf } from '../../../src/gateway/shares/picture.ts'
import type { ShownRun, ShownSpan } from '../../../src/gateway/shares/shown.ts'
import { readPng } from './read-png.ts'

const NOTHING = {
  ...{ name: null, tokens: null, cost: null, error: null, model: null, tool: null, skill: null },
  ...{ attributes: null, parent: null }
} as const

const step = (
  lane: number,
  fromMs: number,
  toMs: number | null,
  status: ShownSpan['status']
): ShownSpan => ({
  ...{ ...NOTHING, kind: 'step', lane, fromMs, toMs, status }
})
const run = (more: Partial<ShownRun>): ShownRun => ({
  ...{ profile: 'shape', title: 'A run of 2 agents, 10 s, ok', name: null, at: null, status: 'ok' },
  ...{ ms: 10_000, errors: 0, tokens: null, cost: null, left: 0 },
  ...{ lanes: [{ name: 'Agent A' }, { name: 'Agent B' }], spans: [], ...more }
})

test('the picture shows who worked when, and what failed', () => {
  const spans = [step(0, 0, 10_000, 'error'), step(1, 5_000, 10_000, 'ok')]
  const { width, height, colour } = readPng(pictureOf(run({ spans, status: 'error', errors: 1 })))
  expect([width, height]).toEqual([1_200, 630])
  const row = (y: number): (string | undefined)[] => [300, 900].map((x) => colour(x, y))
  const [first, second] = [190 + 370 / 4, 190 + (370 * 3) / 4]
  expect(row(Math.round(first) - 5)).toEqual(['3b6fd4', '3b6fd4'])
  expect(row(Math.round(second) - 5)).toEqual(['f7f6f3', 'b8561b'])
  expect(row(Math.round(first) + 26)).toEqual(['b3261e', 'b3261e'])
  expect(row(Math.round(second) + 26)).toEqual(['f7f6f3', 'f7f6f3'])
})

test('a run of nothing, of hundreds of agents, or that is not over has a picture too', () => {
  const lanes = Array.from({ length: 300 }, () => ({ name: 'x' }))
  const many = lanes.map((_, lane) => step(lane, lane, null, 'open'))
  for (const one of [run({}), run({ lanes: [] }), run({ lanes, spans: many, ms: null })]) {
    expect(readPng(pictureOf(one)).width).toBe(1_200)
  }
})
