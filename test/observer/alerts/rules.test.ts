import { expect, test } from 'vitest'
import { openAlertsFile } from '../../../src/observer/alerts/database.ts'
import { DEFAULT_RULES, RULES_MAX } from '../../../src/observer/alerts/rule.ts'
import { Rules } from '../../../src/observer/alerts/rules.ts'
import { temporary } from './house.ts'

const body = {
  ...{ kind: 'budget', name: 'Money', enabled: true, severity: 'critical', usd: 5, period: 'day' },
  ...{ at: 0.5, renotifyMinutes: 60, resolveAfterMinutes: 5 }
}

test('there are rules from the start, and what is taken away stays away', () => {
  const dir = temporary()
  {
    using db = openAlertsFile(dir)
    const rules = new Rules(db, () => 7)
    expect(rules.list()).toHaveLength(DEFAULT_RULES.length)
    expect(rules.delete('gap')).toBe(true)
    expect(rules.delete('gap')).toBe(false)
    expect(rules.put('money', body)).toEqual({ rule: { id: 'money', ...body }, updated: 7 })
  }
  using db = openAlertsFile(dir)
  const rules = new Rules(db, () => 8)
  expect(rules.get('gap')).toBeUndefined()
  expect(rules.get('money')).toEqual({ rule: { id: 'money', ...body }, updated: 7 })
})

test('what is no rule is refused with the field', () => {
  using db = openAlertsFile(temporary())
  const rules = new Rules(db, () => 7)
  expect(() => rules.put('Money!', body)).toThrow('a rule is called by')
  expect(() => rules.put('money', { ...body, usd: 'x' })).toThrow(/^usd: /)
  expect(() => rules.put('money', { ...body, more: 1 })).toThrow('more: not known here')
  expect(() => rules.put('money', 'x')).toThrow()
})

test('there are only so many', () => {
  using db = openAlertsFile(temporary())
  const rules = new Rules(db, () => 7)
  for (let nth = rules.list().length; nth < RULES_MAX; nth++) rules.put(`r${nth}`, body)
  expect(() => rules.put('more', body)).toThrow(`more than ${RULES_MAX} rules`)
  expect(rules.put('r50', body).rule.id).toBe('r50')
})
