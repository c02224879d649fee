import { expect, test } from 'vitest'
import { widthOf } from '../../src/cli/columns.ts'
import { Output } from '../../src/cli/output.ts'
import { showRoute } from '../../src/cli/route-table.ts'
import type { RouteExplanation } from '../../src/node/routing/told.ts'
import { ALICE, BOB } from '../node/control-double.ts'
import { Collector, contextOf } from './harness.ts'

const points = { standing: 40, load: 24, price: 15, distance: 9.8, link: 5 }
const facts = {
  ...{ listed: true, fill: 0.25, cost: 0, rttMs: 1.2, link: 'direct' as const },
  ...{ done: 12.3, trouble: 0 }
}
const alice = { peer: ALICE, name: 'alice', why: 'the best of 2', score: 93.8, points, facts }
const lost = '15.1 points behind, most for price (costs 2)'

/** The lines on a terminal of so many columns. */
function shown(route: RouteExplanation, columns: number): string[] {
  const sink = Object.assign(new Collector(), { columns })
  showRoute(route, new Output(sink, {}))
  return sink.text.trimEnd().split('\n')
}

const route: RouteExplanation = {
  ...{ skill: 'chat', chosen: ALICE, others: 3 },
  candidates: [
    { ...alice, state: 'chosen' },
    { ...alice, state: 'next', why: lost, score: 8.5, facts: { ...facts, rttMs: null, done: 0 } },
    { peer: BOB, name: 'bob\u001b[31m', why: 'has no model large', state: 'left out' }
  ]
}

test('a line for each candidate: who, points with what they are made of, and why', () => {
  const lines = shown(route, 160)
  expect(lines[0]).toMatch(/NAME +ID +SCORE +STANDING +LOAD +PRICE +AWAY +LINK +WHY/)
  expect(lines[1]).toMatch(/^→ +alice .*93\.8 +40\.0 of 12 tasks +24\.0 25 % .*the best of 2$/)
  expect(lines[2]).toContain('no tasks')
  expect(lines[2]).toContain('unknown')
  expect(lines[3]).toMatch(/^– +bob .*has no model large$/)
  expect(lines.join()).not.toContain('\u001b[31m')
  expect(lines[4]).toBe('3 other peers do not offer chat')
})

test('where that is too wide, what the points are made of and why go below', () => {
  const [id, other] = [ALICE, BOB].map((peer) => peer.slice(0, 14))
  expect(shown(route, 80)).toEqual([
    '   NAME   SCORE  STANDING  LOAD  PRICE  AWAY  LINK',
    '→  alice   93.8      40.0  24.0   15.0   9.8     5',
    `   ${id} · 12 tasks · 25 % full · free · 1.2 ms · direct`,
    '   the best of 2',
    '   alice    8.5      40.0  24.0   15.0   9.8     5',
    `   ${id} · no tasks · 25 % full · free · distance unknown · direct`,
    `   ${lost}`,
    '–  bob',
    `   ${other}`,
    '   has no model large',
    '3 other peers do not offer chat'
  ])
})

test('whatever is told, no line is wider than 80 columns', () => {
  const long = {
    ...{ ...alice, name: '名'.repeat(16), why: 'word '.repeat(24).trim() },
    facts: { ...facts, done: 123_456, fill: 9.99, cost: 123_456.78, rttMs: 12_345, link: 'relayed' }
  } as const
  const lines = shown({ ...route, candidates: [{ ...long, state: 'chosen' }] }, 80)
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80)
})

test('nobody at all is no empty table', () => {
  const { context, out } = contextOf()
  showRoute({ skill: 'chat', chosen: null, candidates: [], others: 1 }, context.out)
  expect(out.text).toBe('1 other peer does not offer chat\n')
})
