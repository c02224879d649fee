import { expect, test } from 'vitest'
import type { Span } from '../../../web/src/types.ts'
import { partsOf } from '../../../web/src/trace/transcript/tree.ts'
import type { Part } from '../../../web/src/trace/transcript/tree.ts'

const span = (id: string, parent?: string, more: Partial<Span> = {}): Span => ({
  ...{ trace: 't', span: id, source: { kind: 'key', by: 'k' }, kind: 'step', status: 'ok' },
  ...{ startUs: Number.parseInt(id, 36), ...(parent !== undefined && { parent }), ...more }
})
const told = (part: Part): unknown => [
  part.span.span,
  ...part.inside.map((one) => (one.what === 'part' ? told(one.part) : one.fact.id))
]

test('parts lie in each other, in the order of time, whatever came first', () => {
  const spans = [span('3', '1'), span('2', '1'), span('1'), span('4', '9')]
  expect(partsOf(spans, []).map(told)).toEqual([['1', ['2'], ['3']], ['4']])
})

test('both sides of a task are one exchange', () => {
  const task = { kind: 'task', task: 'x' } as const
  const [alice, bob] = [
    { kind: 'agent', by: 'alice' },
    { kind: 'agent', by: 'bob' }
  ] as const
  const [root] = partsOf(
    [
      span('1', undefined, { ...task, side: 'requester', source: bob }),
      span('2', '1', { ...task, side: 'executor', source: alice }),
      span('3', '2', { source: alice, status: 'error' })
    ],
    []
  )
  expect(root?.span.span).toBe('2')
  expect(root?.asked?.span).toBe('1')
  expect(root?.failed).toBe(true)
  expect(told(root!)).toEqual(['2', ['3']])
})

test('events stand where they happened, and a circle is cut', () => {
  const fact = { source: { kind: 'key', by: 'k' }, atUs: 2, body: {}, span: '1' } as const
  const facts = [
    { ...fact, id: 'guard', type: 'guard.tripped' },
    { ...fact, id: 'noise', type: 'task.started' }
  ]
  const [root, ...rest] = partsOf([span('1', '3'), span('3', '1')], facts)
  expect(rest).toEqual([])
  expect(told(root!)).toEqual(['1', 'guard', ['3']])
})

test('twenty thousand steps in one, or one below the other, are no trouble', () => {
  const ids = Array.from({ length: 20_000 }, (_, n) => (n + 1).toString(36))
  const deep = ids.map((id, n) => span(id, ids[n - 1]))
  expect(partsOf(deep, [])).toHaveLength(1)
  const wide = ids.map((id) => span(id, id === '1' ? undefined : '1'))
  expect(partsOf(wide, [])[0]?.inside).toHaveLength(19_999)
})
