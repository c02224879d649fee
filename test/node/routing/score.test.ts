import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  chanceOf,
  pointsOf,
  rank,
  sumOf,
  TURN_POINTS,
  WEIGHTS
} from '../../../src/node/routing/score.ts'
import type { Facts } from '../../../src/node/routing/score.ts'
import { costOf } from '../../../src/node/routing/wanted.ts'

const best: Facts = {
  ...{ id: 'a', listed: false, standing: 1, fill: 0, cost: 0, rttMs: 0, link: 'direct' }
}
const order = (seed: string, ...facts: Facts[]): string[] =>
  rank(facts, seed).map((scored) => scored.facts.id)

const facts = fc.record<Facts>({
  id: fc.uuid(),
  listed: fc.boolean(),
  standing: fc.double({ min: 0, max: 1, noNaN: true }),
  fill: fc.double({ min: 0, max: 1_000, noNaN: true }),
  cost: fc.double({ min: 0, max: 1_000, noNaN: true }),
  rttMs: fc.option(fc.double({ min: 0, max: 10_000, noNaN: true })),
  link: fc.constantFrom('direct' as const, 'relayed' as const)
})
const several = fc.uniqueArray(facts, { minLength: 2, maxLength: 12, selector: ({ id }) => id })

test('the best there can be has 100 points, and each part its weight', () => {
  expect(sumOf(WEIGHTS)).toBe(100)
  expect(pointsOf(best, 0)).toEqual(WEIGHTS)
})

test.each([
  ['a standing of a half', { standing: 0.5 }, 20],
  ['a full round of work', { fill: 1 }, 15],
  ['the dearest price', { cost: 8 }, 15],
  ['half of it', { cost: 4 }, 7.5],
  ['50 ms away', { rttMs: 50 }, 5],
  ['a relay between', { link: 'relayed' as const }, 5]
])('%s costs its share', (_what, change, points) => {
  expect(100 - sumOf(pointsOf({ ...best, ...change }, 8))).toBeCloseTo(points, 6)
})

test.each([
  ['one without failures', { standing: 0.7 }],
  ['an idle one', { fill: 2 }],
  ['a cheap one', { cost: 5 }],
  ['a near one', { rttMs: 80 }],
  ['one that is reached directly', { link: 'relayed' as const }]
])('%s comes before its opposite, whatever the turn', (_what, worse) => {
  for (let turn = 0; turn < 50; turn++) {
    expect(order(`${turn}`, { ...best, id: 'b', ...worse }, best)).toEqual(['a', 'b'])
  }
})

test('one that asks for a fortune does not make a dear one look cheap', () => {
  const cheap = { ...best, id: 'cheap', cost: 1, fill: 0.2 }
  const dear = { ...best, id: 'dear', cost: 100 }
  const fortune = { ...best, id: 'fortune', cost: 1e12, fill: 99 }
  expect(order('1', fortune, dear, cheap)).toEqual(['cheap', 'dear', 'fortune'])
})

test('a price beyond all numbers is the worst there is, not one that nothing compares with', () => {
  const price = { perTask: 1.7e308, perThousandTokens: 1.7e308 }
  const cost = costOf({ price }, { skill: 's', trust: 'anybody' })
  const liar = { ...best, id: '0', standing: 0, fill: 50, rttMs: 900, cost }
  expect(order('1', liar, { ...best, id: 'b' }, { ...best, id: 'c', fill: 1 })[2]).toBe('0')
  for (const { score } of rank([liar, best, liar], '1')) expect(score).toBeGreaterThanOrEqual(0)
})

test('who is on the list comes before all who are not', () => {
  const poor = { ...best, id: 'b', listed: true, standing: 0, fill: 99, rttMs: 1_000 }
  expect(order('1', best, poor)).toEqual(['b', 'a'])
})

test('equals take turns, and the same task always finds the same one', () => {
  const twin = { ...best, id: 'b' }
  const firsts = Array.from({ length: 400 }, (_, turn) => order(`task ${turn}`, best, twin)[0])
  const share = firsts.filter((id) => id === 'a').length / firsts.length
  expect(share).toBeGreaterThan(0.35)
  expect(share).toBeLessThan(0.65)
  expect(order('task 7', twin, best)).toEqual(order('task 7', best, twin))
})

test('an order is decided by the facts alone, and never against more points than a turn', () => {
  fc.assert(
    fc.property(several, fc.string(), (candidates, seed) => {
      const ranked = rank(candidates, seed)
      expect(rank(candidates.toReversed(), seed)).toEqual(ranked)
      expect(ranked.map(({ facts: { id } }) => id).toSorted()).toEqual(
        candidates.map(({ id }) => id).toSorted()
      )
      for (const [at, one] of ranked.entries()) {
        const next = ranked[at + 1]
        if (next === undefined) continue
        expect(Number(one.facts.listed)).toBeGreaterThanOrEqual(Number(next.facts.listed))
        if (one.facts.listed !== next.facts.listed) continue
        expect(next.score - one.score).toBeLessThanOrEqual(TURN_POINTS)
      }
    })
  )
})

test('no fact takes the points out of their bounds, and none that is worse gives more', () => {
  fc.assert(
    fc.property(facts, facts, (one, other) => {
      const dearest = Math.max(one.cost, other.cost)
      const points = pointsOf(one, dearest)
      for (const part of ['standing', 'load', 'price', 'distance', 'link'] as const) {
        expect(points[part]).toBeGreaterThanOrEqual(0)
        expect(points[part]).toBeLessThanOrEqual(WEIGHTS[part])
      }
      const worse = { ...one, fill: one.fill + 1, standing: one.standing / 2 }
      expect(sumOf(pointsOf(worse, dearest))).toBeLessThanOrEqual(sumOf(points))
    })
  )
})

test('a chance is a number from 0 up to 1, and the same for the same texts', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (seed, id) => {
      const chance = chanceOf(seed, id)
      expect(chance).toBeGreaterThanOrEqual(0)
      expect(chance).toBeLessThan(1)
      expect(chanceOf(seed, id)).toBe(chance)
    })
  )
})
