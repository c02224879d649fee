import { expect, test } from 'vitest'
import { Meter, SpanNews } from '../../../src/observer/alerts/meter.ts'
import type { RuleOf } from '../../../src/observer/alerts/rule.ts'
import { span } from './house.ts'

const MINUTE_US = 60_000_000
const NOW = 1_000 * MINUTE_US
const rule = (more = {}): RuleOf<'threshold'> => ({
  ...{ id: 'r', kind: 'threshold', name: 'r', enabled: true, severity: 'info', of: 'errors' },
  ...{ above: 1, windowMinutes: 5, renotifyMinutes: 5, resolveAfterMinutes: 5, ...more }
})
const ended = (ms: number, endUs = NOW) => span({ startUs: endUs - ms * 1_000, endUs })
const all = { ended: true, failed: false, cost: 0 }

test('spans count in the minute in which they ended, and no longer than the window', () => {
  const meter = new Meter(rule())
  meter.add(ended(10, NOW - 4 * MINUTE_US), { ...all, failed: true, cost: 2 }, NOW)
  meter.add(ended(10, NOW - 30 * MINUTE_US), { ...all, failed: true }, NOW)
  meter.add(ended(10, NOW - 61 * MINUTE_US), { ...all, failed: true }, NOW)
  expect(meter.measure(NOW)).toMatchObject({ ended: 1, errors: 1, cost: 2, errorShare: 1 })
  expect(meter.measure(NOW + MINUTE_US)).toMatchObject({ ended: 0, errors: 0, errorShare: 0 })
})

test('only what the rule means counts', () => {
  const meter = new Meter(rule({ agent: 'worker', model: 'm' }))
  meter.add({ ...ended(1), model: 'm' }, all, NOW)
  meter.add({ ...ended(1), model: 'n' }, all, NOW)
  meter.add({ ...ended(1), model: 'm', agent: 'other' }, all, NOW)
  expect(meter.measure(NOW).ended).toBe(1)
})

test('a percentile is right to within a step', () => {
  const meter = new Meter(rule())
  for (let ms = 1; ms <= 1_000; ms++) meter.add(ended(ms), all, NOW)
  const { p95Ms } = meter.measure(NOW)
  expect(p95Ms).toBeGreaterThanOrEqual(950)
  expect(p95Ms).toBeLessThanOrEqual(950 * 1.06)
})

test('a part that comes twice says nothing new, and one that says more only that', () => {
  const news = new SpanNews()
  const open = span()
  expect(news.of(open)).toEqual({ ended: false, failed: false, cost: 0 })
  const over = { ...open, endUs: 5, cost: 3 }
  expect(news.of(over)).toEqual({ ended: true, failed: false, cost: 3 })
  expect(news.of(over)).toEqual({ ended: false, failed: false, cost: 0 })
  expect(news.of({ ...over, status: 'error' })).toEqual({ ended: false, failed: true, cost: 0 })
})

test('it forgets the oldest spans only', () => {
  const news = new SpanNews()
  const first = span({ endUs: 1 })
  news.of(first)
  for (let nth = 0; nth < 24_000; nth++) news.of(span({ endUs: 1 }))
  expect(news.of(first).ended).toBe(false)
})
