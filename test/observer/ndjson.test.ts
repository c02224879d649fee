import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LINE_BYTES_MAX, readLine } from '../../src/observer/ndjson.ts'
import type { Line } from '../../src/observer/ndjson.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'

const source = { kind: 'key', by: 'ci' } as const
const trace = 'ab'.repeat(16)
const span = 'cd'.repeat(8)
const read = (line: Line) => readLine(JSON.stringify(line), source)

test('a span says what it is in plain words', () => {
  const [part] = read({
    ...{ type: 'span', trace, span, name: 'draft', kind: 'model', agent: 'writer' },
    ...{ start: 1_700_000_000_000.5, end: '2023-11-14T22:13:21Z', model: 'gpt-4o' },
    ...{ tokens: { input: 5 }, cost: 0.25, attributes: { note: [1] } }
  }).spans
  expect(part).toEqual({
    ...{ trace, span, source, name: 'draft', kind: 'model', agent: 'writer', status: 'ok' },
    ...{ startUs: 1_700_000_000_000_500, endUs: 1_700_000_001_000_000, model: 'gpt-4o' },
    ...{ tokens: { input: 5 }, cost: 0.25, costSource: 'reported', attributes: { note: [1] } }
  })
})

test('a span without an end is open, one with an error failed', () => {
  const open = { type: 'span', trace, span, name: 'n', start: 1 } as const
  expect(read(open).spans[0]).toMatchObject({ status: 'open', kind: 'step' })
  const error = { code: 'E', message: 'm' }
  expect(read({ ...open, error }).spans[0]).toMatchObject({ status: 'error', error })
})

test('state, guards, events and handoffs have lines of their own', () => {
  const at = 5
  const operations = [{ op: 'replace', path: '/plan', value: null }] as const
  expect(
    read({ type: 'state', trace, at, author: 'a', operations: [...operations] })
  ).toMatchObject({
    facts: [{ type: 'state.changed', atUs: 5_000, trace, body: { author: 'a', operations } }]
  })
  expect(read({ type: 'guard', trace, span, at, guard: 'loop', action: 'stopped' })).toMatchObject({
    facts: [{ type: 'guard.tripped', span, body: { guard: 'loop', action: 'stopped' } }]
  })
  expect(read({ type: 'event', trace, at, name: 'note', body: { a: 1 } })).toMatchObject({
    facts: [{ type: 'event.note', body: { a: 1 } }]
  })
  const line = {
    type: 'handoff',
    trace,
    id: 'h',
    from: 'a',
    to: 'b',
    offered: 1,
    ended: 3
  } as const
  expect(read({ ...line, mode: 'human', status: 'ok' }).handoffs).toEqual([
    {
      ...{ trace, id: 'h', side: 'giver', source, from: 'a', to: 'b', mode: 'human', status: 'ok' },
      ...{ offeredUs: 1_000, endedUs: 3_000 }
    }
  ])
})

test('the same line has the same id, another line another', () => {
  const line = { type: 'event', trace, at: 5, name: 'note' } as const
  const idOf = (some: Line): unknown => read(some).facts[0]?.id
  expect(idOf(line)).toBe(idOf(line))
  expect(idOf({ ...line, at: 6 })).not.toBe(idOf(line))
})

test.for([
  ['no JSON', '{', /no JSON/],
  ['a wrong field', JSON.stringify({ type: 'event', trace, at: -1, name: 'n' }), /^at: /],
  ['an unknown field', JSON.stringify({ type: 'event', trace, at: 1, name: 'n', x: 1 }), /x/],
  [
    'an id of zeros',
    JSON.stringify({ type: 'event', trace: '0'.repeat(32), at: 1, name: 'n' }),
    /^trace/
  ],
  ['an unknown type', '{"type":"spam"}', /./]
] as const)('%s is refused with its reason', ([, text, reason]) => {
  expect(() => readLine(text, source)).toThrow(reason)
})

test('a line that is too long is refused before it is parsed', () => {
  expect(() => readLine(`"${'x'.repeat(LINE_BYTES_MAX)}"`, source)).toThrow(/more than/)
})

test('any JSON is read or refused by name', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('span', 'event', 'state'), (text, type) => {
      for (const some of [text, JSON.stringify({ type, trace, at: 1, body: text })]) {
        try {
          readLine(some, source)
        } catch (error) {
          expect(error).toBeInstanceOf(PeerworkError)
        }
      }
    })
  )
})
