import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { AGENT_NAME, LABEL_LENGTH_MAX } from '../../src/protocol/constants.ts'
import { clip, clipLabel, fitsBytes } from '../../src/protocol/text.ts'
import { isAgentName, isPrintable, printable } from '../../src/protocol/text.ts'

test('text that can be shown stays as it is', () => {
  const text = 'Grüße, 世界! 👩‍👩‍👧 naïve — “quoted” …'
  expect(printable(text)).toBe(text)
})

test('names of agents are those that the expression takes, and no others', () => {
  const unit = fc.constantFrom('a', 'Z', '5', ' ', '.', '_', '-', 'é', '世', '\n', '\u202e', '/')
  const names = fc.oneof(fc.string({ unit, maxLength: 66 }), fc.constant('x'.repeat(63)))
  fc.assert(
    fc.property(names, (name) => {
      expect(isAgentName(name)).toBe(AGENT_NAME.test(name))
    })
  )
})

test('line breaks become spaces, and escapes, marks and broken characters U+FFFD', () => {
  expect(printable('one\r\n\ttwo')).toBe('one two')
  expect(printable('\u001b[31mred')).toBe('\ufffd[31mred')
  expect(printable('a\u202eb\u2066c\ufeffd\u2028e\u009bf\ud800g')).toBe(
    'a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffdg'
  )
})

test('what was made printable is printable, and stays', () => {
  const unit = fc.oneof(
    fc.constantFrom('\u0000', '\n', '\u001b', '\u202e', '\ud800', '\udc00', '\u2029'),
    fc.string({ unit: 'binary', maxLength: 2 })
  )
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const shown = printable(text)
      expect(isPrintable(shown)).toBe(true)
      expect(printable(shown)).toBe(shown)
    })
  )
})

test('clipping keeps whole characters and never more bytes than asked', () => {
  expect(clip('short', 5)).toBe('short')
  expect(clip('sunshine', 6)).toBe('sun…')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 40 }), (text, max) => {
      const clipped = clip(text, max)
      expect(fitsBytes(clipped, max)).toBe(true)
      expect(clipped.isWellFormed()).toBe(true)
      if (clipped !== text) expect(text.startsWith(clipped.slice(0, -1))).toBe(true)
    })
  )
})

test('a limit in bytes counts bytes, not characters', () => {
  expect(fitsBytes('ééé', 5)).toBe(false)
  expect(fitsBytes('ééé', 6)).toBe(true)
})

test('a label is cut to the length that every reader takes, and stays well formed', () => {
  const cut = clipLabel(`${'x'.repeat(LABEL_LENGTH_MAX - 1)}👍`)
  expect(cut).toHaveLength(LABEL_LENGTH_MAX)
  expect(cut.isWellFormed()).toBe(true)
  expect(clipLabel('short')).toBe('short')
})
