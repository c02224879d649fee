import { expect, test } from 'vitest'
import type { SyncAsker } from '../../../src/node/trace/sync-asker.ts'
import { SyncPlaces } from '../../../src/node/trace/sync-places.ts'

let elapsed = 0
const make = (init: { max: number; ofOneMax?: number; turnMs?: number }): SyncPlaces =>
  new SyncPlaces({ ofOneMax: 1, ...init, elapsed: () => elapsed })

const asker = (peer: string, place = '192.0.2.1', more: Partial<SyncAsker> = {}): SyncAsker => ({
  ...{ peer, place, region: place.replace(/\.\d+$/, '.0/24'), named: false },
  ...more
})

test('one address has what nobody else wants, and shares when somebody does', () => {
  const places = make({ max: 4 })
  const made = ['m1', 'm2', 'm3', 'm4'].map((key) => places.take(asker(key, '198.51.100.1')))
  expect(places.take(asker('m5', '198.51.100.1'))).toBeUndefined()
  const honest = places.take(asker('bob'))
  expect(honest).toBeDefined()
  expect(made.map((place) => place?.cut.aborted)).toEqual([false, false, false, true])
  expect(made[3]?.cut.reason).toMatchObject({ code: 'BUSY' })
  expect(places.take(asker('carol', '203.0.113.1'))).toBeDefined()
  expect(places.take(asker('m6', '198.51.100.1'))).toBeUndefined()
  expect([honest?.cut.aborted, places.size]).toEqual([false, 4])
})

test('a whole region of addresses counts as one before the addresses in it do', () => {
  const places = make({ max: 4 })
  const made = [1, 2, 3, 4].map((at) => places.take(asker(`m${at}`, `198.51.100.${at}`)))
  expect(places.take(asker('m5', '198.51.100.5'))).toBeUndefined()
  expect(places.take(asker('bob'))).toBeDefined()
  expect(made[3]?.cut.aborted).toBe(true)
})

test('the youngest stranger makes room for who was named, wherever it is', () => {
  const places = make({ max: 3 })
  const here = { named: true }
  const strangers = ['one', 'two', 'three'].map((peer, at) => {
    return places.take(asker(peer, `192.0.${at}.1`))
  })
  expect(places.take(asker('alice', '192.0.0.1', here))).toBeDefined()
  expect(strangers.map((place) => place?.cut.aborted)).toEqual([false, false, true])
  expect(places.take(asker('four', '203.0.113.1'))).toBeUndefined()
  places.take(asker('bob', '192.0.0.1', here))
  places.take(asker('carol', '192.0.0.1', here))
  expect(strangers.every((place) => place?.cut.aborted)).toBe(true)
  expect(places.take(asker('five', '203.0.113.2'))).toBeUndefined()
})

test('one key has so many, and of the same address the keys share', () => {
  const places = make({ max: 4, ofOneMax: 3 })
  for (let nth = 0; nth < 3; nth++) expect(places.take(asker('mallory'))).toBeDefined()
  expect(places.take(asker('mallory'))).toBeUndefined()
  expect(places.take(asker('bob'))).toBeDefined()
  expect(places.take(asker('bob'))).toBeDefined()
  expect(places.take(asker('bob'))).toBeUndefined()
})

test('whoever had its turn makes room for its equal', () => {
  elapsed = 0
  const places = make({ max: 2, turnMs: 1_000 })
  const first = places.take(asker('one', '192.0.1.1'))
  elapsed = 500
  places.take(asker('two', '192.0.2.1'))
  expect(places.take(asker('bob', '192.0.3.1'))).toBeUndefined()
  elapsed = 1_000
  expect(places.take(asker('bob', '192.0.3.1'))).toBeDefined()
  expect(first?.cut.aborted).toBe(true)
})

test('a place that was left is free', () => {
  const places = make({ max: 1 })
  const place = places.take(asker('one'))
  expect(places.take(asker('two'))).toBeUndefined()
  place?.leave()
  expect(places.take(asker('two'))).toBeDefined()
})
