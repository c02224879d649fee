import { expect, test } from 'vitest'
import { SyncRates } from '../../../src/node/trace/sync-rates.ts'

const asker = (peer: string, named = false, place = '192.0.2.1') => ({
  ...{ peer, named, place, region: '192.0.2.0/24' }
})

const allowed = (rates: SyncRates, askers: Iterable<ReturnType<typeof asker>>): number =>
  [...askers].filter((one) => rates.take(one, 'get')).length

test('a key has a burst, and then so many a second', () => {
  let elapsed = 0
  const rates = new SyncRates(() => elapsed)
  const many = Array.from({ length: 100 }, () => asker('bob'))
  expect(allowed(rates, many)).toBe(64)
  elapsed = 1_000
  expect(allowed(rates, many)).toBe(8)
})

test('fresh keys at one address share one burst, and whoever was named does not', () => {
  const rates = new SyncRates(() => 0)
  const made = Array.from({ length: 2_000 }, (_, nth) => asker(`made up ${nth}`))
  expect(allowed(rates, made)).toBe(256)
  expect(rates.take(asker('alice', true), 'get')).toBe(true)
  expect(rates.take(asker('carol', false, '203.0.113.1'), 'get')).toBe(true)
})

test('a list counts as four questions', () => {
  const rates = new SyncRates(() => 0)
  const lists = Array.from({ length: 64 }, () => rates.take(asker('bob'), 'list'))
  expect(lists.filter(Boolean)).toHaveLength(16)
})
