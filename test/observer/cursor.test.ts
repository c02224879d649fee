import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCursor, writeCursor } from '../../src/observer/cursor.ts'

test('a cursor comes back as it was', () => {
  expect(readCursor(writeCursor(5, 'ab', 'any text'), 'ixs')).toEqual([5, 'ab', 'any text'])
})

test('anything else is refused, and nothing else is thrown', () => {
  const asked = fc.property(fc.string(), (text) => {
    expect(() => readCursor(text, 'ix')).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  })
  fc.assert(asked)
})

test.each([
  [writeCursor(1, 'abc'), 'odd digits'],
  [writeCursor(1.5, 'ab'), 'no whole number'],
  [writeCursor('1', 'ab'), 'text for a number'],
  [writeCursor(1), 'a field less'],
  [writeCursor(1, 'ab', 2), 'a field more'],
  [writeCursor(1, 'ab'.repeat(4_000)), 'too long']
])('%s is refused: %s', (text) => {
  expect(() => readCursor(text, 'ix')).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
})
