import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { Contents } from '../../../src/node/content/contents.ts'
import { KEYS_MAX } from '../../../src/node/content/key-ring.ts'
import { fromHex } from '../../../src/protocol/canonical.ts'
import { encodeJson } from '../../../src/protocol/json.ts'
import type { JsonValue } from '../../../src/protocol/json.ts'
import { CONTENT_BYTES_MAX, openContent } from '../../../src/protocol/trace-content.ts'
import type { TraceFact, WorkFields } from '../../../src/protocol/trace.ts'
import { ALICE, BOB, TASK, TRACE } from '../control-double.ts'

const fields: WorkFields = {
  ...{ trace: TRACE, span: '00000000000000bb', task: TASK, skill: 'shout' },
  ...{ side: 'executor', peer: BOB }
}

function open(rules?: (texts: readonly string[]) => readonly string[]) {
  const facts: TraceFact[] = []
  const { random } = systemClock
  const contents = new Contents({ observers: [ALICE], rules, random })
  const tell = (value: JsonValue, trace = TRACE, peer: string = BOB): string => {
    const port = { emit: (fact: TraceFact) => void facts.push(fact) }
    return contents.tell(port, { ...fields, trace, peer }, 'input', encodeJson(value))
  }
  const parts = () => facts.flatMap((fact) => (fact.type === 'content.part' ? [fact] : []))
  return { contents, facts, tell, parts }
}

test('a content is redacted, then encrypted, and its key is for the named only', () => {
  const { contents, tell, parts, facts } = open()
  tell({ text: 'write to ada@example.org' })
  expect(facts).toHaveLength(1)
  const key = contents.keyOf(fromHex(TRACE), ALICE)
  const place = { trace: TRACE, span: fields.span, task: TASK, of: 'input' as const }
  const told = Buffer.from(openContent(key, place, parts())).toString()
  expect(told).toBe('{"text":"write to [redacted]"}')
  expect(() => contents.keyOf(fromHex(TRACE), BOB)).toThrow('did not name you')
})

test('a key that was dropped is gone for good, and nothing more is told under it', () => {
  const { contents, tell, facts } = open()
  tell('one')
  const mine = contents.keyOf(fromHex(TRACE), ALICE)
  contents.forget(TRACE)
  const gone = expect.objectContaining({ code: 'CONTENT_GONE' }) as Error
  expect(() => contents.keyOf(fromHex(TRACE), ALICE)).toThrow(gone)
  expect(mine.some((byte) => byte !== 0)).toBe(true)
  tell('two')
  expect(facts).toHaveLength(1)
  tell('three', 'ab'.repeat(16))
  expect(facts).toHaveLength(2)
  contents.forget()
  expect(() => contents.keyOf(fromHex('ab'.repeat(16)), ALICE)).toThrow(gone)
})

test('fresh traces of another requester take away no key', () => {
  const { contents, tell } = open()
  const trace = (n: number): string => n.toString(16).padStart(32, '0')
  tell('x', trace(1))
  for (let n = 2; n <= KEYS_MAX + 10; n++) tell('x', trace(n), ALICE)
  expect(contents.keyOf(fromHex(trace(1)), ALICE)).toHaveLength(32)
  expect(() => contents.keyOf(fromHex(trace(2)), ALICE)).toThrow('no key')
})

test('what is too large, or cannot be redacted, is left out, and that is told', () => {
  const large = open()
  expect(large.tell('x'.repeat(CONTENT_BYTES_MAX))).toBe('left')
  expect(large.facts).toMatchObject([{ guard: 'trace.content', value: CONTENT_BYTES_MAX + 2 }])
  const slow = open(() => {
    throw new Error('timed out on a secret')
  })
  expect(slow.tell('a secret')).toBe('slow')
  expect(slow.facts).toMatchObject([{ guard: 'trace.content', action: 'warned' }])
  expect(JSON.stringify(slow.facts)).not.toContain('secret')
})
