import { expect, test } from 'vitest'
import { OpenSpans } from '../../src/trace/open-spans.ts'
import { beginSpan } from '../../src/trace/span.ts'
import type { Span } from '../../src/trace/span.ts'
import { systemTraceClock } from '../../src/trace/clock.ts'

function spans(): { begin: (name: string) => Span; ended: string[] } {
  const ended: string[] = []
  const push = (line: Record<string, unknown>): void => {
    if (line['end'] !== undefined) ended.push(`${String(line['name'])} ${String(line['status'])}`)
  }
  const first = { trace: 'a'.repeat(32), parent: undefined, facts: {}, handoff: undefined }
  const begin = (name: string) => beginSpan({ ...first, name }, { clock: systemTraceClock, push })
  return { begin, ended }
}

test('a span is found by its id until it ends, and ends once', () => {
  const { begin, ended } = spans()
  const open = new OpenSpans()
  const one = begin('one')
  open.set('1', one)
  expect([open.get('1'), open.get('2'), open.get(undefined)]).toEqual([one, undefined, undefined])
  open.end('1', { status: 'canceled' })
  open.end('1')
  expect([open.get('1'), ended]).toEqual([undefined, ['one canceled']])
})

test('all of one call end together', () => {
  const { begin, ended } = spans()
  const open = new OpenSpans()
  for (const id of ['a/1', 'a/2', 'b/1', 'a']) open.set(id, begin(id))
  open.endAll('a/', {})
  expect(ended).toEqual(['a/1 ok', 'a/2 ok'])
})

test('what never ends is forgotten, the oldest first', () => {
  const { begin } = spans()
  const open = new OpenSpans()
  for (let at = 0; at <= 10_000; at++) open.set(String(at), begin('x'))
  expect([open.get('0'), open.get('1') === undefined]).toEqual([undefined, false])
})
