import { expect, test } from 'vitest'
import {
  checkBudgets,
  checkHandoffs,
  checkIntegrity,
  checkLongWindow,
  checkTraces,
  gather,
  producersOf
} from '../../../src/observer/alerts/checks.ts'
import type { Checking } from '../../../src/observer/alerts/checks.ts'
import { openAlertsFile } from '../../../src/observer/alerts/database.ts'
import { Pending } from '../../../src/observer/alerts/pending.ts'
import { entry, handoff, house, span, TRACE } from './house.ts'

const MINUTE = 60_000
const common = {
  ...({ id: 'r', name: 'A rule', enabled: true, severity: 'warning' } as const),
  ...{ renotifyMinutes: 60, resolveAfterMinutes: 5 }
} as const

async function place() {
  const it = await house()
  const { store } = it.observer
  const db = openAlertsFile(it.dir)
  const pending = new Pending(db, it.clock.now)
  const checking = async (): Promise<Checking> => ({
    ...{ store, producers: await producersOf(store), pending, now: it.clock.now() }
  })
  return { ...it, store, checking, db }
}

test('short pages are not the end, and no end is bounded', async () => {
  const pages = [{ items: [], next: '1' }, { items: ['a'], next: '2' }, { items: ['b'] }]
  const asked: unknown[] = []
  const found = await gather(async (page) => {
    asked.push(page)
    return pages[Number(page.after ?? 0)] ?? { items: [] }
  })
  expect(found).toEqual(['a', 'b'])
  expect(asked).toHaveLength(3)
  let questions = 0
  await gather(async () => ({ items: [], next: String(++questions) }))
  expect(questions).toBe(20)
  expect(await gather(async ({ limit }) => ({ items: Array(limit), next: 'x' }), 1)).toHaveLength(1)
})

test('a trace that cost too much is found, an old one and a cheap one are not', async () => {
  const { store, checking, clock, db } = await place()
  const startUs = clock.now() * 1_000
  const times = { startUs, endUs: startUs + 90_000_000 }
  const old = { startUs: startUs - 3_600_000_000, endUs: startUs - 3_500_000_000 }
  const spans = [
    span({ ...times, cost: 5, trace: TRACE, name: 'dear' }),
    span({ ...times, cost: 0.1 }),
    span({ ...old, cost: 9 })
  ]
  await store.ingest([entry({ spans })])
  const rule = { ...common, kind: 'trace', above: 1, windowMinutes: 30 } as const
  const dear = await checkTraces({ ...rule, of: 'cost' }, await checking())
  expect(dear.map(({ subject, title }) => [subject, title])).toEqual([[TRACE, 'dear cost $5']])
  const slow = await checkTraces({ ...rule, of: 'durationMs', above: 60_000 }, await checking())
  expect(slow.map(({ title }) => title)).toContain('dear took 90 s')
  db.close()
})

test('handoffs between two agents that fail repeatedly are found, each once', async () => {
  const { store, checking, clock, db } = await place()
  const at = clock.now() * 1_000
  const twice = handoff(at)
  const handoffs = [
    twice,
    { ...twice, side: 'taker' as const },
    handoff(at, { status: 'rejected', error: { code: 'BUSY', message: 'no' } }),
    handoff(at, { status: 'ok' }),
    handoff(at, { to: 'three' }),
    handoff(at - 3_600_000_000)
  ]
  await store.ingest([entry({ handoffs })])
  const rule = { ...common, kind: 'handoff', failures: 2, windowMinutes: 15 } as const
  const found = await checkHandoffs(rule, await checking())
  expect(found.map(({ title }) => title)).toEqual(['2 handoffs failed: one → two'])
  expect(await checkHandoffs({ ...rule, failures: 3 }, await checking())).toEqual([])
  expect(await checkHandoffs({ ...rule, to: 'three' }, await checking())).toEqual([])
  db.close()
})

test('a gap is told when the same event was missing for long enough', async () => {
  const { store, checking, clock, db } = await place()
  const producer = { by: 'agent-one', boot: '0'.repeat(16), oldest: 0, dropped: 0 }
  await store.noteCounters({ ...producer, next: 4, issued: clock.now() })
  const rule = { ...common, kind: 'integrity', of: 'gap', above: 0, minutes: 5 } as const
  expect(await checkIntegrity(rule, await checking())).toEqual([])
  clock.aheadMs += 5 * MINUTE
  const found = await checkIntegrity(rule, await checking())
  expect(found.map(({ title }) => title)).toEqual(['4 events of agent-one are missing'])
  expect(await checkIntegrity({ ...rule, above: 4 }, await checking())).toEqual([])
  await store.noteCounters({ ...producer, oldest: 2, next: 6, issued: clock.now() })
  expect(await checkIntegrity(rule, await checking())).toEqual([])
  db.close()
})

test('two contents for one number are told for ever, by number', async () => {
  const { store, checking, db } = await place()
  const batch = (digest: string) => ({
    ...{ by: 'agent-one', boot: '0'.repeat(16), first: 3, count: 1, issued: 1 },
    ...{ digest: digest.repeat(64), bytes: new Uint8Array([1]) }
  })
  await store.ingest([{ ...entry({}), batch: batch('a') }])
  await store.ingest([{ ...entry({}), batch: batch('b') }])
  const rule = { ...common, kind: 'integrity', of: 'fork', above: 0, minutes: 1 } as const
  const [found, more] = await checkIntegrity(rule, await checking())
  expect(found).toMatchObject({ once: true, subject: `agent-one/${'0'.repeat(16)}/3` })
  expect(more).toBeUndefined()
  db.close()
})

test('refusals are told when there are more within the time', async () => {
  const { store, checking, clock, db } = await place()
  const rule = { ...common, kind: 'integrity', of: 'refused', above: 10, minutes: 5 } as const
  await store.noteRefused('agent-one', '0'.repeat(16), 'SIGNATURE_INVALID', 50)
  expect(await checkIntegrity(rule, await checking())).toEqual([])
  await store.noteRefused('agent-one', '0'.repeat(16), 'MALFORMED', 11)
  const [found] = await checkIntegrity(rule, await checking())
  expect(found?.title).toBe('11 messages of agent-one were refused')
  clock.aheadMs += 6 * MINUTE
  expect(await checkIntegrity(rule, await checking())).toEqual([])
  db.close()
})

test('a budget is told from its share on, with what has no price', async () => {
  const { store, checking, clock, db } = await place()
  const startUs = clock.now() * 1_000
  const told = { startUs, endUs: startUs, kind: 'model', model: 'm' } as const
  const spans = [
    span({ ...told, cost: 8, costSource: 'reported' }),
    span({ ...told, costSource: 'unknown' }),
    span({ ...told, model: 'n', cost: 50, costSource: 'reported' })
  ]
  await store.ingest([entry({ spans })])
  const rule = { ...common, kind: 'budget', usd: 10, period: 'day', model: 'm' } as const
  expect(await checkBudgets({ ...rule, at: 0.9 }, await checking())).toEqual([])
  const [found] = await checkBudgets({ ...rule, at: 0.75 }, await checking())
  expect(found?.title).toBe('80 % of the budget of $10 a day is spent')
  expect(found?.subject).toBe(new Date(clock.now()).toISOString().slice(0, 10))
  const [none] = await checkBudgets({ ...rule, usd: 0, at: 1 }, await checking())
  expect(none?.title).toMatch(/^more than all/)
  db.close()
})

test('a long window goes by the sums of hours', async () => {
  const { store, checking, clock, db } = await place()
  const startUs = clock.now() * 1_000
  const spans = [
    span({ startUs, endUs: startUs, cost: 2, status: 'error' }),
    span({ startUs, endUs: startUs, cost: 1 }),
    span({ startUs, endUs: startUs, cost: 1, agent: 'other' })
  ]
  await store.ingest([entry({ spans })])
  const rule = { ...common, kind: 'threshold', of: 'cost', above: 1 } as const
  const asked = { ...rule, windowMinutes: 120, agent: 'worker' }
  expect(await checkLongWindow(asked, await checking())).toMatchObject({
    ...{ ended: 2, errors: 1, cost: 3, errorShare: 0.5 }
  })
  db.close()
})
