import { expect, test } from 'vitest'
import type { Fact } from '../../../src/observer/model.ts'
import { stateHistory } from '../../../src/observer/query/state-history.ts'
import { spanOf } from './samples.ts'

const change = (id: string, [span, atMs]: readonly [string, number], ...paths: string[]): Fact => ({
  ...{ id, span, atUs: atMs * 1_000, type: 'state.changed' },
  source: { kind: 'agent', by: `by-${span}` },
  body: { operations: paths.map((path) => ({ op: 'replace', path, bytes: 3 })) }
})
const spans = [
  spanOf('root', [0, 100]),
  spanOf('left', [10, 50], { parent: 'root' }),
  spanOf('right', [20, 60], { parent: 'root' }),
  spanOf('later', [70, 90], { parent: 'root' })
]

test('each key has its changes in order, with author and cause', () => {
  const facts = [change('2', ['later', 80], '/plan/0'), change('1', ['left', 20], '/plan', '/a~1b')]
  const keys = stateHistory(facts, spans)
  expect(keys.map(({ key }) => key)).toEqual(['plan', 'a/b'])
  expect(keys[0]?.changes).toMatchObject([
    { id: '1', author: 'by-left', span: 'left', op: 'replace', bytes: 3, conflicts: [] },
    { id: '2', author: 'by-later', path: '/plan/0' }
  ])
})

test('two who change the same at the same time are in conflict', () => {
  const facts = [change('1', ['left', 30], '/plan'), change('2', ['right', 40], '/plan/step')]
  const [plan] = stateHistory(facts, spans)
  expect(plan?.changes.map(({ conflicts }) => conflicts)).toEqual([['2'], ['1']])
})

test('one after the other, or one for the other, is no conflict', () => {
  const after = [change('1', ['left', 30], '/plan'), change('2', ['later', 80], '/plan')]
  const below = [change('1', ['root', 30], '/plan'), change('2', ['left', 40], '/plan')]
  for (const facts of [after, below]) {
    const [plan] = stateHistory(facts, spans)
    expect(plan?.changes.flatMap(({ conflicts }) => conflicts)).toEqual([])
  }
})

test('a fact that is no list of operations says nothing', () => {
  const [good] = [change('1', ['left', 1], '/a')]
  const odd = [
    { ...good, body: { operations: 'x' } },
    { ...good, body: { operations: [1, null] } }
  ]
  expect(stateHistory(odd as Fact[], spans)).toEqual([])
})

test('whoever makes a trace deep, or spans in a circle, does not make it slow or endless', () => {
  const depth = 5_000
  const deep = Array.from({ length: depth }, (_, at) =>
    spanOf(`s${at}`, [0, 9], at > 0 ? { parent: `s${at - 1}` } : {})
  )
  const circle = [
    spanOf('x', [0, 9], { parent: 'z' }),
    spanOf('y', [0, 9], { parent: 'x' }),
    spanOf('z', [0, 9], { parent: 'y' })
  ]
  const all = [...deep.slice(0, 50), spanOf('apart', [0, 9]), ...deep.slice(50), ...circle]
  // At one time: then the order is by id, and the one that stands apart is among the first.
  const ids = (span: string): string => (span === 'apart' ? 's1000-apart' : span)
  const told = all.map(({ span }) => change(ids(span), [span, 5], '/plan'))
  const [history] = stateHistory(told, all)
  const of = (id: string) => history?.changes.find(({ span }) => span === id)?.conflicts
  // Each lies below the other, but for those around the one that stands apart.
  expect(of('s4000')).toEqual([])
  expect(of('apart')).toHaveLength(16)
})
