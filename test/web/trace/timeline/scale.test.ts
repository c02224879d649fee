import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { layoutOf } from '../../../../web/src/trace/timeline/lanes.ts'
import * as scales from '../../../../web/src/trace/timeline/scale.ts'
import {
  fitted,
  moved,
  showing,
  wholeOf,
  zoomed
} from '../../../../web/src/trace/timeline/window.ts'
import type { Span } from '../../../../web/src/types.ts'

const { idleShare, idleTimes, plainScale, shortScale, stepFor, ticksIn, tickText } = scales
const S = 1e6

const span = (id: number, from: number, to: number, parent?: number): Span => ({
  ...{ trace: 'a'.repeat(32), span: id.toString(16).padStart(16, '0') },
  ...{ source: { kind: 'key', by: 'k' }, kind: 'step', agent: 'a', status: 'ok' },
  ...{ startUs: S + from, endUs: S + to },
  ...(parent !== undefined && { parent: parent.toString(16).padStart(16, '0') })
})

test('idle is when nothing runs that has nothing below it', () => {
  const layout = layoutOf([span(1, 0, 100 * S), span(2, S, 2 * S, 1), span(3, 90 * S, 99 * S, 1)])
  const gaps = idleTimes(layout, 100 * S)
  expect(gaps).toEqual([{ from: 2 * S, to: 90 * S }])
  expect(idleShare(gaps, 100 * S)).toBeCloseTo(0.88)
})

test('a shortened time takes little room, and the rest keeps its proportions', () => {
  const scale = shortScale([{ from: 2 * S, to: 90 * S }], 100 * S)
  expect(scale.length).toBeLessThan(13 * S)
  expect(scale.place(S)).toBe(S)
  expect(scale.place(95 * S) - scale.place(91 * S)).toBeCloseTo(4 * S)
})

test('from time to place and back is where one was, with any idle times', () => {
  const gaps = fc
    .uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 2, maxLength: 12 })
    .map((edges) => edges.toSorted((a, b) => a - b))
    .map((edges) => edges.flatMap((from, at) => (at % 2 ? [] : [{ from, to: edges[at + 1] ?? 0 }])))
    .map((all) => all.filter(({ from, to }) => to > from))
  fc.assert(
    fc.property(gaps, fc.double({ min: -50, max: 1_200, noNaN: true }), (all, time) => {
      const scale = shortScale(all, 1_000)
      expect(scale.time(scale.place(time))).toBeCloseTo(time, 3)
      expect(scale.place(time + 1)).toBeGreaterThan(scale.place(time))
    })
  )
})

test('ticks are round, in order, apart, and none stands in a time that was shortened', () => {
  const scale = shortScale([{ from: 2 * S, to: 90 * S }], 100 * S)
  const ticks = ticksIn(scale, 0, scale.length, stepFor(scale.length / 1_000, 80))
  expect(ticks.map(({ text }) => text).slice(0, 6)).toEqual([
    ...['0', '1 s', '2 s', '1 min 30 s', '1 min 31 s', '1 min 32 s']
  ])
  expect(ticks.at(-1)?.text).toBe('1 min 40 s')
})

test('a tick reads as a time', () => {
  expect(tickText(0, S)).toBe('0')
  expect(tickText(1_500, 500)).toBe('1.5 ms')
  expect(tickText(2 * S, 200_000)).toBe('2 s')
  expect(tickText(2.2 * S, 200_000)).toBe('2.2 s')
  expect(tickText(3_600 * S, 600 * S)).toBe('1 h')
  expect(tickText(7_500 * S, 300 * S)).toBe('2 h 5 min')
  expect(tickText(90.5 * S, 500_000)).toBe('1 min 30.5 s')
})

test('zooming keeps what is below the pointer where it is', () => {
  const window = { from: 100, to: 300 }
  const nearer = zoomed(window, 0.5, 0.25)
  expect(nearer).toEqual({ from: 125, to: 225 })
  expect(nearer.from + 0.25 * 100).toBe(150)
})

test('no move leaves the whole, and no zoom becomes nothing or more than all', () => {
  const window = fc.record({
    from: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    to: fc.double({ min: -1e9, max: 1e9, noNaN: true })
  })
  fc.assert(
    fc.property(window, fc.integer({ min: 1, max: 1e8 }), (asked, length) => {
      const whole = wholeOf(length)
      const { from, to } = fitted(asked, length)
      expect(to - from).toBeGreaterThan(0)
      expect(from).toBeGreaterThanOrEqual(whole.from - 1e-6)
      expect(to).toBeLessThanOrEqual(whole.to + 1e-6)
    })
  )
  expect(fitted(moved({ from: 0, to: 10 }, 99), 100).to).toBe(wholeOf(100).to)
})

test('what is sought comes into sight, and what is in sight does not move', () => {
  const window = { from: 100, to: 200 }
  expect(showing(window, 120, 130)).toBe(window)
  const later = showing(window, 500, 520)
  expect(later.from).toBeLessThan(500)
  expect(later.to).toBeGreaterThan(520)
  expect(plainScale(9).place(4)).toBe(4)
})
