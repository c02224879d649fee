import { expect, test } from 'vitest'
import { plain, plainly } from '../../../src/observer/alerts/alert.ts'
import { DEFAULT_RULES } from '../../../src/observer/alerts/rule.ts'

test('text of strangers becomes one bounded line without control characters', () => {
  expect(plain('a\r\nBcc: b\u001b[31m\u202ec')).toBe('a Bcc: b\ufffd[31m\ufffdc')
  expect(Buffer.byteLength(plain('ü'.repeat(5_000)))).toBeLessThanOrEqual(1_000)
})

test('every text of what was found is made harmless', () => {
  const [rule] = DEFAULT_RULES
  if (rule === undefined) throw new Error('no rules')
  const text = `\u0000${'x'.repeat(3_000)}`
  const found = { rule, subject: text, title: text, detail: text, times: 1 }
  const { subject, title, detail } = plainly(found)
  expect([subject, title, detail].map((one) => one.length <= 1_000)).toEqual([true, true, true])
  expect(subject + title + detail).not.toContain('\u0000')
})
