import type { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Alert, AlertEvent } from '../../../src/observer/alerts/alert.ts'
import { Alerts } from '../../../src/observer/alerts/book.ts'
import { openAlertsFile } from '../../../src/observer/alerts/database.ts'
import { DEFAULT_RULES } from '../../../src/observer/alerts/rule.ts'
import type { Rule } from '../../../src/observer/alerts/rule.ts'
import { temporary } from './house.ts'

const MINUTE = 60_000
const rule = DEFAULT_RULES.find(({ id }) => id === 'guard-stopped') as Rule
const ruleOf = (): Rule => rule

function book(db: DatabaseSync, start = 1_000) {
  const at = { now: start }
  const told: [AlertEvent, string][] = []
  const tell = (event: AlertEvent, { subject }: Alert) => void told.push([event, subject])
  const alerts = new Alerts({ db, now: () => at.now, tell })
  const raise = (subject: string, more = {}): void => {
    alerts.raise([{ rule, subject, title: `${subject} fell`, detail: '', times: 1, ...more }])
  }
  return { alerts, at, told, raise }
}

test('what happens again is counted, and told again only when that is due', () => {
  using db = openAlertsFile(temporary())
  const { alerts, at, told, raise } = book(db)
  raise('a')
  raise('a')
  raise('b')
  expect(told).toEqual([
    ['opened', 'a'],
    ['opened', 'b']
  ])
  expect(alerts.list({ limit: 9 }).items.map(({ subject, count }) => [subject, count])).toEqual([
    ['b', 1],
    ['a', 2]
  ])
  for (let minute = 30; minute <= 240; minute += 30) {
    at.now = 1_000 + minute * MINUTE
    raise('a')
    alerts.settle(ruleOf)
  }
  expect(told.slice(2)).toEqual([
    ['resolved', 'b'],
    ['reminded', 'a']
  ])
})

test('one that somebody saw to is not told again, and ends by itself', () => {
  using db = openAlertsFile(temporary())
  const { alerts, at, told, raise } = book(db)
  raise('a')
  const id = alerts.list({ limit: 1 }).items[0]?.id ?? ''
  expect(alerts.acknowledge(id, 'me')).toMatchObject({
    ...{ state: 'acknowledged', acknowledged: 1_000, acknowledgedBy: 'me' }
  })
  expect(alerts.acknowledge('99', 'me')).toBeUndefined()
  expect(alerts.acknowledge("1' OR 1", 'me')).toBeUndefined()
  at.now += 59 * MINUTE
  alerts.settle(ruleOf)
  expect(alerts.counts()).toEqual({ open: 0, acknowledged: 1 })
  at.now += MINUTE
  alerts.settle(ruleOf)
  expect(alerts.get(id)).toMatchObject({ state: 'resolved', resolved: at.now })
  expect(told.map(([event]) => event)).toEqual(['opened', 'resolved'])
  raise('a')
  expect(alerts.list({ limit: 9, state: 'open' }).items).toHaveLength(1)
})

test('silence outlives the alert, and ends when it is over', () => {
  using db = openAlertsFile(temporary())
  const { alerts, at, told, raise } = book(db)
  raise('a')
  const id = alerts.list({ limit: 1 }).items[0]?.id ?? ''
  alerts.silence(id, at.now + 120 * MINUTE)
  at.now += 61 * MINUTE
  alerts.settle(ruleOf)
  expect(alerts.get(id)?.state).toBe('resolved')
  raise('a')
  expect(told).toEqual([['opened', 'a']])
  at.now += 60 * MINUTE
  alerts.settle(ruleOf)
  raise('a')
  expect(told.at(-1)).toEqual(['opened', 'a'])
  expect(told).toHaveLength(3)
})

test('everything is there after a restart, and goes on where it was', () => {
  const dir = temporary()
  let before: unknown
  {
    using db = openAlertsFile(dir)
    const { alerts, raise } = book(db)
    raise('a', { trace: 'ab' })
    alerts.acknowledge('1', 'me')
    raise('b')
    before = alerts.list({ limit: 9 })
  }
  using db = openAlertsFile(dir)
  const { alerts, told, raise } = book(db)
  expect(alerts.list({ limit: 9 })).toEqual(before)
  raise('a')
  expect(told).toEqual([])
  expect(alerts.get('1')).toMatchObject({ count: 2, state: 'acknowledged', trace: 'ab' })
})

test('what cannot be written is not there, and nobody is told', () => {
  using db = openAlertsFile(temporary())
  const { alerts, told, raise } = book(db)
  raise('a')
  const heard: string[] = []
  alerts.listen((event) => heard.push(event))
  db.exec("CREATE TRIGGER full BEFORE UPDATE ON alert BEGIN SELECT RAISE(ABORT, 'full'); END")
  expect(() => raise('b')).toThrow()
  expect(() => alerts.acknowledge('1', 'me')).toThrow()
  expect(heard).toEqual([])
  db.exec('DROP TRIGGER full')
  expect(alerts.lives(rule.id, 'b')).toBe(false)
  raise('b')
  expect(told.at(-1)).toEqual(['opened', 'b'])
  expect(heard).toEqual(['opened'])
})

test('a flood of subjects becomes one alert about the others', () => {
  using db = openAlertsFile(temporary())
  const { alerts } = book(db)
  const many = Array.from({ length: 1_000 }, (_, nth) => `s${nth}`)
  alerts.raise(many.map((subject) => ({ rule, subject, title: 'x', detail: '', times: 1 })))
  const { open } = alerts.counts()
  expect(open).toBeLessThanOrEqual(201)
  const others = alerts.list({ limit: 1 }).items[0]
  expect(others).toMatchObject({ subject: 'others', count: 1_000 - (open - 1) })
})

test('what is told once is not told again after it was resolved', () => {
  using db = openAlertsFile(temporary())
  const { alerts, at, told, raise } = book(db)
  raise('a', { once: true })
  at.now += 61 * MINUTE
  alerts.settle(ruleOf)
  raise('a', { once: true })
  expect(told.map(([event]) => event)).toEqual(['opened', 'resolved'])
})

test('pages follow each other without holes, whatever is raised meanwhile', () => {
  using db = openAlertsFile(temporary())
  const { alerts, raise } = book(db)
  for (const subject of ['a', 'b', 'c', 'd', 'e']) raise(subject)
  const first = alerts.list({ limit: 2 })
  raise('f')
  const second = alerts.list({ limit: 3, ...(first.next !== undefined && { after: first.next }) })
  const subjects = [...first.items, ...second.items].map(({ subject }) => subject)
  expect(subjects).toEqual(['e', 'd', 'c', 'b', 'a'])
  expect(second.next).toBeUndefined()
  expect(() => alerts.list({ limit: 2, after: 'x' })).toThrow('`after`')
})
