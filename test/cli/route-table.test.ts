import { expect, test } from 'vitest'
import { showRoute } from '../../src/cli/route-table.ts'
import { ALICE, BOB } from '../node/control-double.ts'
import { contextOf } from './harness.ts'

const points = { standing: 40, load: 24, price: 15, distance: 9.8, link: 5 }
const facts = {
  ...{ listed: true, fill: 0.25, cost: 0, rttMs: 1.2, link: 'direct' as const },
  ...{ done: 12.3, trouble: 0 }
}

test('a line for each candidate: who, points with what they are made of, and why', () => {
  const { context, out } = contextOf()
  const alice = { peer: ALICE, name: 'alice', why: 'the best of 2', score: 93.8, points, facts }
  const bob = { peer: BOB, name: 'bob\u001b[31m', why: 'has no model large' }
  showRoute(
    {
      ...{ skill: 'chat', chosen: ALICE, others: 3 },
      candidates: [
        { ...alice, state: 'chosen' },
        { ...alice, state: 'next', facts: { ...facts, rttMs: null, done: 0 } },
        { ...bob, state: 'left out' }
      ]
    },
    context.out
  )
  const lines = out.text.trimEnd().split('\n')
  expect(lines[0]).toMatch(/NAME +ID +SCORE +STANDING +LOAD +PRICE +AWAY +LINK +WHY/)
  expect(lines[1]).toMatch(/^→ +alice .*93\.8 +40\.0 of 12 tasks +24\.0 25 % .*the best of 2$/)
  expect(lines[2]).toContain('no tasks')
  expect(lines[2]).toContain('unknown')
  expect(lines[3]).toMatch(/^– +bob .*has no model large$/)
  expect(out.text).not.toContain('\u001b[31m')
  expect(lines[4]).toBe('3 other peers do not offer chat')
})

test('nobody at all is no empty table', () => {
  const { context, out } = contextOf()
  showRoute({ skill: 'chat', chosen: null, candidates: [], others: 1 }, context.out)
  expect(out.text).toBe('1 other peer does not offer chat\n')
})
