import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainJson, plainLabel, plainText } from '../../src/cli/plain-text.ts'

test.for([
  ['colours', '\u001b[31mred\u001b[0m', 'red'],
  ['cursor movement', 'a\u001b[2Jb\u001b[10;5Hc', 'abc'],
  ['a window title', '\u001b]0;owned\u0007text', 'text'],
  ['a link', '\u001b]8;;https://x.example\u001b\\click\u001b]8;;\u001b\\', 'click'],
  ['8-bit controls', 'a\u009b31mb', 'a31mb'],
  ['carriage returns', 'harmless\rrm -rf', 'harmlessrm -rf'],
  ['bidirectional overrides', 'a\u202Ecod.exe\u202C', 'acod.exe'],
  ['isolates and marks', '\u2066x\u2069\u200f\u061c', 'x'],
  ['invisible characters', 'pa\u200bss\ufeff', 'pass']
] as const)('%s are removed', ([, dirty, clean]) => {
  expect(plainText(dirty)).toBe(clean)
})

test('tabs, newlines and letters of any script stay', () => {
  const text = 'a\tb\nЖ 漢 😀 é'
  expect(plainText(text)).toBe(text)
})

test('nothing that a terminal obeys survives, whatever comes', () => {
  const nasty = fc.array(
    fc.oneof(
      fc.constantFrom('\u001b', '[', ']', '\u009b', '\u0007', '\r', '\u202e', ';', '31m', 'a'),
      fc.string({ unit: 'binary' })
    )
  )
  fc.assert(
    fc.property(nasty, (parts) => {
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      expect(plainText(parts.join(''))).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    })
  )
})

test('a label is one line of bounded length', () => {
  expect(plainLabel(' two\nlines \t here ')).toBe('two lines here')
  expect(plainLabel('x'.repeat(1_000_000), 10)).toBe(`${'x'.repeat(9)}…`)
})

test('JSON for a terminal is the same value without raw controls', () => {
  const value = { text: 'a\u009b31m\u202e\u007f\u001b' }
  const text = plainJson(value, 2)
  expect(JSON.parse(text)).toEqual(value)
  expect(text).toContain('\\u009b')
  expect(text).not.toContain('\u202e')
})
