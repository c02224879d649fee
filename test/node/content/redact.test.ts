import { expect, test } from 'vitest'
import { redact, redactText } from '../../../src/node/content/redact.ts'
import type { JsonValue } from '../../../src/protocol/json.ts'

const R = '[redacted]'
const glue = (...parts: readonly string[]): string => parts.join('')

// Secrets are put together here, so that nobody's scanner takes this file for a leak.
test.each([
  ['mail ada.lovelace+x@mail.example.org today', `mail ${R} today`],
  ['pay with 4111 1111 1111 1111, please', `pay with ${R}, please`],
  ['pay with 4111-1111-1111-1111', `pay with ${R}`],
  [glue('key ', 'sk', '-proj-abcdefghij0123456789'), `key ${R}`],
  [glue('ghp', '_abcdefghijklmnopqrst'), R],
  [glue('AKIA', 'ABCDEFGHIJKLMNOP'), R],
  [glue('Authorization: ', 'Bearer', ' abc.def-ghi12345'), `Authorization: ${R}`],
  [glue('eyJ', 'hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'), R],
  ['password = hunter2!', R],
  ['{"user":"ada","password":"hunter 2","age":5}', `{"user":"ada","${R},"age":5}`],
  [String.raw`{"args":"{\"password\":\"hunter2\"}"}`, `${String.raw`{"args":"{\"`}${R}}`],
  ["{'api-key': 'a b'}", `{'${R}}`],
  ['client_secret=hunter2 and more', `client_${R} and more`],
  ['postgres://ada:lovelace@db/x', `postgres:${R}db/x`],
  [glue('-----BEGIN ', 'PRIVATE', ' KEY-----\nMC4CAQ\n-----END PRIVATE KEY----- end'), `${R} end`],
  [glue('-----BEGIN RSA ', 'PRIVATE', ' KEY-----\ncut off'), R],
  ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b', R]
])('%j becomes %j', (text, told) => {
  expect(redactText(text)).toBe(told)
})

test.each([
  'a plain sentence, with 4111 1111 1111 1112 which is no card',
  'an order number 1234567890123',
  'at 12:30 on 2026-11-21, 3 @ 5 each',
  'antidisestablishmentarianisticallyspeaking'
])('%j stays', (text) => {
  expect(redactText(text)).toBe(text)
})

test('a field with the name of a secret loses its value, whatever it is', () => {
  const value = {
    ...{ password: 'x', api_key: ['a', { b: 1 }], 'X-Auth-Token': 5, refreshToken: null },
    nested: [{ clientSecret: { deep: 'y' }, note: 'fine' }],
    ...{ tokens: 12, author: 'Ada' }
  }
  expect(redact(value)).toEqual({
    ...{ password: R, api_key: R, 'X-Auth-Token': R, refreshToken: R },
    nested: [{ clientSecret: R, note: 'fine' }],
    ...{ tokens: 12, author: 'Ada' }
  })
})

test('escapes, names of fields and numbers hide nothing', () => {
  const text =
    '{"to":"ada\\u0040example.org","card":4111111111111111,"bob@example.org":[true,null]}'
  const told = redact(JSON.parse(text) as JsonValue)
  expect(told).toEqual({ to: R, card: R, [R]: [true, null] })
})

test('further rules come first, and what they throw is not swallowed', () => {
  const more = (texts: readonly string[]) => texts.map((text) => text.replace('Ada', '***'))
  expect(redact({ name: 'Ada', list: ['Ada', 7] }, more)).toEqual({ name: '***', list: ['***', 7] })
  const slow = (): readonly string[] => {
    throw new Error('too slow')
  }
  expect(() => redact('x', slow)).toThrow('too slow')
})

test('hostile text costs no more than its length', () => {
  const evil = ['@', 'a@', 'a.', '-', '1 ', 'eyJ.', 'token ', '-----BEGIN ', '//a:'].map((unit) =>
    unit.repeat(96 * 1024).slice(0, 96 * 1024)
  )
  // Quadratic work on any of them would take minutes.
  for (const text of evil) expect(redactText(text).length).toBeGreaterThan(0)
})

test('a token is not sought for as far as the text goes, for each beginning of one', () => {
  const without = `${'eyJ-'.repeat(200)}.b`
  expect(redactText(without)).toBe(`${'eyJ-'.repeat(72)}${R}`)
  const digits = glue('eyJ', 'a1'.repeat(600), '.b')
  expect(redactText(digits)).toBe(`${R}.b`)
})
