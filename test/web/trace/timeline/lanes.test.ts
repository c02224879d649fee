import { expect, test } from 'vitest'
import {
  FAILED,
  LANE_ROWS_MAX,
  layoutOf,
  RUNNING
} from '../../../../web/src/trace/timeline/lanes.ts'
import type { Span } from '../../../../web/src/types.ts'

type Told = readonly [
  id: number,
  agent: string,
  from: number,
  to?: number,
  parent?: number | undefined
]

const hex = (id: number): string => id.toString(16).padStart(16, '0')
const span = ([id, agent, from, to, parent]: Told): Span => ({
  ...{ trace: 'a'.repeat(32), span: hex(id), source: { kind: 'key', by: 'k' }, kind: 'step' },
  ...{ agent, startUs: 1_000 + from, status: to === undefined ? 'open' : 'ok' },
  ...(to !== undefined && { endUs: 1_000 + to }),
  ...(parent !== undefined && { parent: hex(parent) })
})
const layout = (...told: readonly Told[]) => layoutOf(told.map((one) => span(one)))

test('what is below another stands below it, also when another agent is between', () => {
  const { row, lanes, tree } = layout([1, 'a', 0, 90], [2, 'b', 10, 80, 1], [3, 'a', 20, 70, 2])
  expect(lanes.map(({ agent, rows }) => [agent, rows])).toEqual([
    ['a', 2],
    ['b', 1]
  ])
  expect([...row]).toEqual([0, 2, 1])
  expect([...tree.depth]).toEqual([0, 1, 2])
})

test('what runs at the same time gets rows of its own, what follows takes the same', () => {
  const { row } = layout([1, 'a', 0, 50], [2, 'a', 10, 20], [3, 'a', 20, 30], [4, 'a', 50, 60])
  expect([...row]).toEqual([0, 1, 1, 0])
})

test('what still runs keeps its row', () => {
  const { row, to, flags } = layout([1, 'a', 0], [2, 'a', 10, 20])
  expect([...row]).toEqual([0, 1])
  expect(to[0]).toBe(Infinity)
  expect(flags[0]).toBe(RUNNING)
})

test('one agent under two keys has two lanes', () => {
  const spans = [
    span([1, 'a', 0, 1]),
    { ...span([2, 'a', 2, 3]), source: { kind: 'key', by: 'z' } }
  ]
  expect(layoutOf(spans as Span[]).lanes).toHaveLength(2)
})

test('20,000 names, each vouched for in two ways in turn, freeze nothing', () => {
  const spans = Array.from({ length: 60_000 }, (_, at): Span => {
    const kind = Math.floor(at / 20_000) % 2 === 0 ? 'key' : 'agent'
    return { ...span([at + 1, `agent ${at % 20_000}`, at, at + 1]), source: { kind, by: 'k' } }
  })
  const { lanes } = layoutOf(spans)
  expect(lanes).toHaveLength(40_000)
  expect(lanes.map((lane) => lane.spans)).toEqual(lanes.map((_, at) => (at < 20_000 ? 2 : 1)))
})

test('a circle of parents, and a parent of itself, are cut', () => {
  const { tree } = layout([1, 'a', 0, 9, 2], [2, 'a', 1, 8, 1], [3, 'a', 2, 3, 3])
  expect([...tree.parent].filter((one) => one === -1)).toHaveLength(2)
  expect([...tree.order].toSorted((a, b) => a - b)).toEqual([0, 1, 2])
})

test('each row lists its spans by start, and every span stands in one', () => {
  const told = Array.from({ length: 500 }, (_, at): Told => {
    return [
      at + 1,
      `agent ${at % 7}`,
      at * 3,
      at * 3 + (at % 40),
      at > 10 ? (at % 10) + 1 : undefined
    ]
  })
  const { rowStart, rowSpans, from, row } = layout(...told)
  expect([...rowSpans].toSorted((a, b) => a - b)).toEqual(told.map((_, at) => at))
  for (let at = 0; at + 1 < rowStart.length; at++) {
    const inRow = [...rowSpans.subarray(rowStart[at], rowStart[at + 1])]
    expect(inRow.every((one) => row[one] === at)).toBe(true)
    const starts = inRow.map((one) => from[one] ?? 0)
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
  }
})

test('a lane has a bounded number of rows, however much runs at once', () => {
  const told = Array.from({ length: LANE_ROWS_MAX + 50 }, (_, at): Told => [at + 1, 'a', 0, 9])
  expect(layout(...told).lanes[0]?.rows).toBe(LANE_ROWS_MAX)
})

test('times that nobody tells, or that contradict each other, break nothing', () => {
  const timeless = { ...span([1, 'a', 0, 1]) } as Partial<Span>
  delete (timeless as { startUs?: number }).startUs
  delete (timeless as { endUs?: number }).endUs
  const backwards = { ...span([2, 'a', 50, 20]), status: 'error' } as Span
  const { from, to, flags } = layoutOf([timeless as Span, backwards])
  expect([...from].every((one) => one >= 0)).toBe(true)
  expect(to[1]).toBe(from[1])
  expect(flags[1]).toBe(FAILED)
})

test('what the observer says of the whole is the frame from the first page on', () => {
  const { startUs, endUs } = layoutOf([span([1, 'a', 0, 5])], { startUs: 900, endUs: 5_000 })
  expect([startUs, endUs]).toEqual([900, 5_000])
})
