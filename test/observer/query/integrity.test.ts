import { expect, test } from 'vitest'
import { gapsIn, integrityOf, integrityOfTrace } from '../../../src/observer/query/integrity.ts'
import type { Holding } from '../../../src/observer/store.ts'

const holding = (changes: Partial<Holding>): Holding => ({
  ...{ by: 'bob', boot: '00', held: [{ from: 0, to: 10 }], duplicates: 0, late: 0, refused: {} },
  ...{ forks: [], ...changes }
})
const counters = { by: 'bob', boot: '00', next: 20, oldest: 0, dropped: 0, issued: 1 }

test('what a producer counted and nobody brought is missing', () => {
  const held = [
    { from: 0, to: 5 },
    { from: 8, to: 15 }
  ]
  const { producers, ...all } = integrityOf([holding({ held, counters })])
  expect(producers[0]).toMatchObject({
    ...{ emitted: 20, held: 12, missing: 8, complete: 0.6 },
    gaps: [
      { from: 5, to: 8 },
      { from: 15, to: 20 }
    ]
  })
  expect(all).toMatchObject({ complete: 0.6, missing: 8 })
})

test('what the producer dropped is gone, and not waited for', () => {
  const old = { ...counters, oldest: 10, dropped: 10 }
  const held = [{ from: 10, to: 20 }]
  expect(integrityOf([holding({ held, counters: old })])).toMatchObject({
    ...{ complete: 1, missing: 0, dropped: 10 }
  })
})

test('without counters only holes between what came are known', () => {
  expect(gapsIn([{ from: 3, to: 5 }], 0, 5)).toEqual([{ from: 0, to: 3 }])
  expect(integrityOf([holding({})])).toMatchObject({ complete: 1, missing: 0 })
  expect(integrityOf([])).toMatchObject({ complete: 1, producers: [] })
})

test('a trace is as whole as those that took part in it', () => {
  const all = [holding({ counters }), holding({ by: 'carol' })]
  expect(integrityOfTrace(all, new Set(['carol'])).missing).toBe(0)
  expect(integrityOfTrace(all, new Set(['bob', 'carol'])).missing).toBe(10)
})

test('refusals and forks are summed up', () => {
  const forks = [{ first: 3, digests: ['aa', 'bb'] }]
  const all = integrityOf([holding({ refused: { MALFORMED: 2, REPLAYED: 1 }, forks })])
  expect(all).toMatchObject({ refused: 3, forks: 1 })
})

test('what a producer counted, was killed before it sealed, and tells of no more, is gone', () => {
  const after = { ...counters, next: 15, most: 20 }
  expect(integrityOf([holding({ held: [{ from: 0, to: 15 }], counters: after })])).toMatchObject({
    ...{ complete: 1, missing: 0, dropped: 5, producers: [{ emitted: 20 }] }
  })
  const more = [{ from: 0, to: 18 }]
  expect(integrityOf([holding({ held: more, counters: after })])).toMatchObject({ dropped: 2 })
})

test('what its producer removed in between is gone, and not waited for', () => {
  const gone = [{ from: 10, to: 14 }]
  const held = [
    { from: 0, to: 10 },
    { from: 15, to: 20 }
  ]
  const after = { ...counters, dropped: 4, gone }
  expect(integrityOf([holding({ held, counters: after })])).toMatchObject({
    ...{ missing: 1, dropped: 4, producers: [{ gaps: [{ from: 14, to: 15 }] }] }
  })
})

/** Of `by`: so many events held from the first on, and so many that there were. */
const told = (by: string, held: number, next: number, boot = '00') =>
  holding({ by, boot, held: held > 0 ? [{ from: 0, to: held }] : [], counters: counted(by, next) })
const counted = (by: string, next: number) => ({ ...counters, by, next })

test('what one producer claims changes the figure of all no more than an average one could', () => {
  const honest = ['a', 'b', 'c'].map((by) => told(by, 100, 100))
  const liar = told('mallory', 0, Number.MAX_SAFE_INTEGER - 1)
  const { complete, missing, producers } = integrityOf([...honest, liar])
  expect(complete).toBe(0.8)
  expect(producers.at(-1)?.complete).toBe(0)
  expect(missing).toBe(Number.MAX_SAFE_INTEGER - 1)
  // Neither many starts nor a little proof help it further.
  const starts = Array.from({ length: 50 }, (_, nth) => told('mallory', 0, 2 ** 52, `${nth}`))
  expect(integrityOf([...honest, ...starts]).complete).toBe(0.8)
  const proved = told('mallory', 10, 2 ** 53 - 1)
  expect(integrityOf([...honest, proved]).complete).toBeGreaterThan(0.75)
})

test('what is missing of honest producers counts as it is', () => {
  expect(integrityOf([told('a', 1, 1_000)]).complete).toBe(0.001)
  expect(integrityOf([told('a', 90, 100), told('b', 50, 60)]).complete).toBe(140 / 160)
  expect(integrityOf([told('a', 0, 5)]).complete).toBe(0)
  // Late at one that is long and whole at many that are short: next to nothing is here.
  const short = Array.from({ length: 20 }, (_, nth) => told(`${nth}`, 10, 10))
  expect(integrityOf([told('long', 1_000, 1e6), ...short]).complete).toBeLessThan(0.1)
})
