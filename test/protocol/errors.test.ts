import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { TEXT_BYTES_MAX } from '../../src/protocol/constants.ts'
import {
  ERRORS,
  fromRecord,
  isErrorCode,
  messageOf,
  PeerworkError,
  toPeerworkError,
  toRecord
} from '../../src/protocol/errors.ts'
import * as shape from '../../src/protocol/shape.ts'
import { errorRecord } from './samples.ts'

test('an error carries its code, facts, hint and whether to retry', () => {
  const cause = new Error('inner')
  const error = new PeerworkError('BUSY', 'queue full', { retryAfterMs: 50 }, cause)
  expect(error).toMatchObject({ code: 'BUSY', message: 'queue full', retry: true, cause })
  expect(error.facts).toEqual({ retryAfterMs: 50 })
  expect(error.hint).toBe(ERRORS.BUSY.hint)
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: 'BUSY',
    message: 'queue full',
    facts: { retryAfterMs: 50 },
    hint: ERRORS.BUSY.hint
  })
})

test('a message that quotes a stranger is one printable line', () => {
  const error = new PeerworkError('MALFORMED', 'key "\u001b[2J\nfake: line\u202e"', {
    name: 'a\u0007b'
  })
  expect(error.message).toBe('key "\ufffd[2J fake: line\ufffd"')
  expect(error.facts).toEqual({ name: 'a\ufffdb' })
})

test('any error fits the record that every peer accepts', () => {
  const read = shape.reader('error', shape.errorRecord)
  const facts = fc.dictionary(
    fc.oneof(fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9]{0,39}$/), fc.string()),
    fc.oneof(fc.string({ unit: 'binary', maxLength: 500 }), fc.double(), fc.constant(null)),
    { maxKeys: 30 }
  )
  const text = fc.string({ unit: 'binary', maxLength: 3 }).map((part) => part.repeat(2_000))
  fc.assert(
    fc.property(text, facts, (message, some) => {
      const record = toRecord(new PeerworkError('INTERNAL', message, some))
      expect(Buffer.byteLength(record.message)).toBeLessThanOrEqual(TEXT_BYTES_MAX)
      expect(read(record)).toEqual(record)
    })
  )
})

test('a record becomes the same error again', () => {
  fc.assert(
    fc.property(errorRecord, (record) => {
      const { facts = {}, ...rest } = toRecord(fromRecord(record))
      expect({ ...rest, facts }).toEqual({ ...record, facts: record.facts ?? {} })
    })
  )
})

test('whatever is thrown becomes an error with something to read', () => {
  const throws = (): never => {
    throw new Error('no')
  }
  const hostile = { toString: throws }
  const known = new PeerworkError('BUSY', 'full')
  expect(toPeerworkError(known)).toBe(known)
  expect(toPeerworkError(new Error('plain'))).toMatchObject({ code: 'INTERNAL', message: 'plain' })
  expect(toPeerworkError('text', 'MALFORMED')).toMatchObject({ code: 'MALFORMED', message: 'text' })
  for (const thrown of [hostile, Object.create(null), new Proxy({}, { getPrototypeOf: throws })]) {
    expect(messageOf(thrown)).toBe('something was thrown that cannot be shown')
    expect(toPeerworkError(thrown).code).toBe('INTERNAL')
  }
  expect(messageOf(undefined)).toBe('undefined')
  expect(messageOf(Symbol('s'))).toBe('Symbol(s)')
})

test('only codes of the table are codes', () => {
  expect(isErrorCode('BUSY')).toBe(true)
  for (const value of ['busy', 'toString', '__proto__', 'constructor', 7, null]) {
    expect(isErrorCode(value)).toBe(false)
  }
})

test('every entry has a hint of one sentence and a documented exit code', () => {
  for (const [code, { hint, exit }] of Object.entries(ERRORS)) {
    expect(code).toMatch(/^[A-Z][A-Z_]+$/)
    expect(hint, code).toMatch(/^[A-Z].{10,}\.$/)
    expect([1, 2, 3, 4, 5, 6, 7], code).toContain(exit)
  }
})
