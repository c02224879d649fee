import { expect, test } from 'vitest'
import { diffTraces } from '../../../src/observer/query/diff.ts'
import { spanOf } from './samples.ts'

const named = (prefix: string) => [
  spanOf(`${prefix}1`, [0, 1_000], { name: 'plan' }),
  spanOf(`${prefix}2`, [10, 200], { name: 'chat', parent: `${prefix}1` }),
  spanOf(`${prefix}3`, [300, 400], { name: 'chat', parent: `${prefix}1` })
]

test('two runs that went alike differ in nothing', () => {
  expect(diffTraces(named('a'), named('b'))).toEqual({ divergence: null, differences: [] })
})

test('a step that failed is the divergence, though what is above it failed with it', () => {
  const after = named('b').map((span) => {
    const fails = span.span !== 'b2'
    const error = { code: 'PEER_LOST', message: 'gone' }
    return fails ? { ...span, status: 'error' as const, error } : span
  })
  const { divergence, differences } = diffTraces(named('a'), after)
  expect(differences).toHaveLength(2)
  expect(divergence).toMatchObject({
    ...{ path: 'plan > chat#2', what: 'status', before: 'ok', after: 'error: PEER_LOST' },
    spans: { before: 'a3', after: 'b3' }
  })
})

test('steps more and less, slower, dearer, and by another agent are told', () => {
  const before = [...named('a'), spanOf('a4', [500, 600], { name: 'check', parent: 'a1' })]
  const after = [
    ...named('b').slice(0, 1),
    spanOf('b2', [10, 600], { name: 'chat', parent: 'b1', cost: 1, agent: 'carol' }),
    spanOf('b5', [700, 800], { name: 'tool', parent: 'b1' })
  ]
  const whats = diffTraces(before, after).differences.map(({ path, what }) => `${what} ${path}`)
  expect(whats.toSorted()).toEqual([
    ...['added plan > tool', 'agent plan > chat', 'cost plan > chat', 'missing plan > chat#2'],
    ...['missing plan > check', 'slower plan > chat']
  ])
})
