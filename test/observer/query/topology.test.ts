import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { topologyOf } from '../../../src/observer/query/topology.ts'
import type { Node } from '../../../src/observer/query/topology.ts'
import { spanOf } from './samples.ts'

test('spans stand below their parents, in the order in which they began', () => {
  const spans = [
    spanOf('c', [5, 9], { parent: 'a' }),
    spanOf('b', [1, 4], { parent: 'a', tokens: { input: 3, output: 4 } }),
    spanOf('a', [0, 10], { attributes: { secret: 1 } })
  ]
  const { roots, orphans } = topologyOf(spans)
  expect(orphans).toEqual([])
  expect(roots).toMatchObject([
    { span: 'a', durationMs: 10, children: [{ span: 'b', tokens: 7 }, { span: 'c' }] }
  ])
  expect(roots[0]).not.toHaveProperty('attributes')
})

test('a span whose parent is missing is shown, and said to be so', () => {
  const { roots, orphans } = topologyOf([spanOf('b', [1, 2], { parent: 'gone' })])
  expect(roots.map(({ span }) => span)).toEqual(['b'])
  expect(orphans).toEqual(['b'])
})

test('a bound leaves out what is deep, and counts it', () => {
  const spans = [
    spanOf('a', [0, 9]),
    spanOf('b', [1, 8], { parent: 'a' }),
    spanOf('c', [2, 7], { parent: 'b' }),
    spanOf('d', [3, 6], { parent: 'c' })
  ]
  const { roots, left } = topologyOf(spans, 2)
  expect(roots).toMatchObject([{ span: 'a', children: [{ span: 'b', children: [] }] }])
  expect(left).toBe(2)
})

const count = (nodes: readonly Node[]): number =>
  nodes.reduce((sum, { children }) => sum + 1 + count(children), 0)

test('whatever parents are told, circles too, every span stands somewhere once', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f']
  const parents = fc.array(fc.option(fc.constantFrom(...ids, 'gone')), {
    ...{ minLength: ids.length, maxLength: ids.length }
  })
  fc.assert(
    fc.property(parents, (chosen) => {
      const spans = ids.map((id, at) => {
        const parent = chosen[at]
        return spanOf(id, [at, at + 1], parent === null || parent === undefined ? {} : { parent })
      })
      expect(count(topologyOf(spans).roots)).toBe(ids.length)
    })
  )
})

test('one id under several producers: each has its own children, once', () => {
  const ids = Array.from({ length: 40 }, (_, at) => `s${at}`)
  const chain = (by: string) =>
    ids.map((id, at) =>
      spanOf(id, [at, 100], {
        source: { kind: 'key', by },
        ...(at > 0 && { parent: `s${at - 1}` })
      })
    )
  const { roots, orphans } = topologyOf([...chain('one'), ...chain('two'), ...chain('three')])
  expect(roots.map(({ by }) => by).toSorted()).toEqual(['one', 'three', 'two'])
  expect(orphans).toEqual([])
  expect(count(roots)).toBe(120)
})

test('what an agent signed is the parent before what somebody says under the same id', () => {
  const claimed = { kind: 'key', by: 'somebody' } as const
  const { roots } = topologyOf([
    spanOf('a', [0, 9], { source: claimed, name: 'claimed' }),
    spanOf('a', [1, 9], { name: 'signed' }),
    spanOf('b', [2, 3], { parent: 'a', source: { kind: 'agent', by: '12D3KooWBob' } })
  ])
  expect(roots).toMatchObject([
    { name: 'claimed', children: [] },
    { name: 'signed', children: [{ span: 'b' }] }
  ])
})
