import { expect, test } from 'vitest'
import { openAlarm } from '../../../src/observer/alerts/alarm.ts'
import type { Alarm } from '../../../src/observer/alerts/alarm.ts'
import { entry, guard, house, span } from './house.ts'
import type { House } from './house.ts'

const MINUTE = 60_000
const common = {
  ...{ name: 'A rule', enabled: true, severity: 'warning' },
  ...{ renotifyMinutes: 60, resolveAfterMinutes: 5 }
}

const open = ({ dir, clock, log, observer: { store, intake } }: House): Promise<Alarm> =>
  openAlarm({ dir, store, intake, clock, log })

const titles = ({ alerts }: Alarm, state?: 'open' | 'resolved') =>
  alerts.list({ limit: 50, ...(state !== undefined && { state }) }).items.map(({ title }) => title)

test('a guard that stops is an alert at once, and many are one', async () => {
  const it = await house()
  await using alarm = await open(it)
  const now = it.clock.now() * 1_000
  const { intake } = it.observer
  await intake.take([entry({ facts: [guard(now), guard(now, { action: 'warned' })] })])
  expect(titles(alarm)).toEqual(['loop stopped agent-one'])
  await intake.take([entry({ facts: [guard(now), guard(now)] })])
  await alarm.tick()
  expect(alarm.alerts.list({ limit: 9 }).items[0]).toMatchObject({
    ...{ count: 3, rule: 'guard-stopped', detail: '4 of 3. round and round' },
    subject: 'loop of agent-one'
  })
})

test('guards without end become one alert, which is not written for each of them', async () => {
  const it = await house()
  await using alarm = await open(it)
  const now = it.clock.now() * 1_000
  const facts = Array.from({ length: 300 }, (_, nth) => guard(now, { guard: `g${nth}` }))
  await it.observer.intake.take([entry({ facts })])
  const others = () => {
    const { items } = alarm.alerts.list({ limit: 300 })
    return items.find(({ subject }) => subject === 'others')?.count
  }
  expect([alarm.alerts.counts().open, others()]).toEqual([201, 1])
  await alarm.tick()
  expect([alarm.alerts.counts().open, others()]).toEqual([201, 100])
})

test('text of a guard cannot make a line of its own', async () => {
  const it = await house()
  await using alarm = await open(it)
  const facts = [
    guard(it.clock.now() * 1_000, { guard: 'a\nb\u001b[2J', reason: '\u202ex'.repeat(999) })
  ]
  await it.observer.intake.take([entry({ facts })])
  const [one] = alarm.alerts.list({ limit: 1 }).items
  expect(JSON.stringify(one)).not.toMatch(/\\n|\\u001b|\u202e/)
  expect(one?.detail.length).toBeLessThanOrEqual(1_000)
  await alarm.tick()
  expect(alarm.alerts.counts().open).toBe(1)
})

test('what fell between the store and the alerts is found after a restart, once', async () => {
  const it = await house()
  {
    await using alarm = await open(it)
    await it.observer.intake.take([entry({ facts: [guard(it.clock.now() * 1_000)] })])
    await alarm.tick()
  }
  it.clock.aheadMs += MINUTE
  // The store has it, and the process was killed before anybody looked on.
  const facts = [guard(it.clock.now() * 1_000, { guard: 'depth' })]
  await it.observer.store.ingest([entry({ facts })])
  await using alarm = await open(it)
  expect(titles(alarm)).toEqual(['depth stopped agent-one', 'loop stopped agent-one'])
  expect(alarm.alerts.list({ limit: 9 }).items.map(({ count }) => count)).toEqual([1, 1])
})

test('a share of errors is told, and over when it is over', async () => {
  const it = await house()
  await using alarm = await open(it)
  alarm.rules.put('errors', {
    ...{ kind: 'threshold', ...common, of: 'errorShare', above: 0.5, windowMinutes: 5 },
    spansMin: 4
  })
  await alarm.tick()
  const endUs = it.clock.now() * 1_000
  const good = span({ startUs: endUs - 1_000, endUs })
  const bad = () => span({ startUs: endUs - 1_000, endUs, status: 'error' })
  await it.observer.intake.take([entry({ spans: [good, bad(), bad()] })])
  await alarm.tick()
  expect(titles(alarm)).toEqual([])
  await it.observer.intake.take([entry({ spans: [bad()] })])
  await alarm.tick()
  expect(titles(alarm, 'open')).toEqual(['A rule: 75 % errors'])
  it.clock.aheadMs += 6 * MINUTE
  await alarm.tick()
  it.clock.aheadMs += 5 * MINUTE
  await alarm.tick()
  expect(titles(alarm, 'resolved')).toEqual(['A rule: 75 % errors'])
})

test('what was counted before a restart is counted after it', async () => {
  const it = await house()
  const endUs = it.clock.now() * 1_000
  {
    await using alarm = await open(it)
    const rule = { kind: 'threshold', ...common, of: 'cost', above: 1.5, windowMinutes: 30 }
    alarm.rules.put('cost', rule)
    await alarm.tick()
    await it.observer.intake.take([entry({ spans: [span({ startUs: endUs, endUs, cost: 1 })] })])
    await alarm.tick()
    expect(titles(alarm)).toEqual([])
  }
  await using alarm = await open(it)
  await it.observer.intake.take([entry({ spans: [span({ startUs: endUs, endUs, cost: 1 })] })])
  await alarm.tick()
  expect(titles(alarm)).toEqual(['A rule: $2'])
})

test('an agent of which nothing comes is missed, until something comes', async () => {
  const it = await house()
  await using alarm = await open(it)
  alarm.rules.put('gone', { kind: 'absence', ...common, agent: 'worker', minutes: 10 })
  await alarm.tick()
  it.clock.aheadMs += 9 * MINUTE
  const endUs = it.clock.now() * 1_000
  await it.observer.intake.take([entry({ spans: [span({ startUs: endUs, endUs })] })])
  it.clock.aheadMs += 9 * MINUTE
  await alarm.tick()
  expect(titles(alarm)).toEqual([])
  it.clock.aheadMs += 2 * MINUTE
  await alarm.tick()
  expect(titles(alarm, 'open')).toEqual(['Nothing of worker for 11 minutes'])
  const later = it.clock.now() * 1_000
  await it.observer.intake.take([entry({ spans: [span({ startUs: later, endUs: later })] })])
  it.clock.aheadMs += 5 * MINUTE
  await alarm.tick()
  expect(titles(alarm, 'resolved')).toHaveLength(1)
})

test('a rule that is taken away or switched off takes its alerts along', async () => {
  const it = await house()
  await using alarm = await open(it)
  await it.observer.intake.take([entry({ facts: [guard(it.clock.now() * 1_000)] })])
  const rule = alarm.rules.get('guard-stopped')?.rule
  const { id: _, ...body } = rule ?? { id: '' }
  alarm.rules.put('guard-stopped', { ...body, enabled: false })
  await alarm.tick()
  expect(titles(alarm, 'resolved')).toHaveLength(1)
  await it.observer.intake.take([entry({ facts: [guard(it.clock.now() * 1_000)] })])
  expect(titles(alarm)).toHaveLength(1)
})
