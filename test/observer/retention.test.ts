import { expect, test } from 'vitest'
import { KEEP_BYTES, Keeper, keepOf } from '../../src/observer/retention.ts'
import { entry, house, span, TRACE } from './alerts/house.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

test('options say what is kept, with a month and a share of the disk unless said', () => {
  expect(keepOf({})).toEqual({ days: 30, bytes: undefined, count: null })
  const all = { 'keep-days': 'all', 'keep-bytes': 'all', 'keep-spans': 'all' }
  expect(keepOf(all)).toEqual({ days: null, bytes: null, count: null })
  const some = { 'keep-days': '0.5', 'keep-bytes': '1.5GiB', 'keep-spans': '1000' }
  expect(keepOf(some)).toEqual({ days: 0.5, bytes: 1.5 * 1024 ** 3, count: 1_000 })
})

test.each([
  ['keep-days', '0'],
  ['keep-days', '-1'],
  ['keep-days', '30GiB'],
  ['keep-days', 'x'],
  ['keep-bytes', '10 GB'],
  ['keep-bytes', '9999999999TiB'],
  ['keep-spans', '1e9']
])('--%s %s is refused by name', (name, text) => {
  expect(() => keepOf({ [name]: text })).toThrow(`--${name}`)
})

test('what is older goes, what is pinned stays, and both are said', async () => {
  const { dir, clock, log, logged, observer } = await house()
  const { store } = observer
  const at = (daysAgo: number) => (clock.now() - daysAgo * DAY_MS) * 1_000
  const old = { startUs: at(40), endUs: at(40) + 1 }
  const young = span({ startUs: at(1), endUs: at(1) + 1 })
  await store.ingest([entry({ spans: [span({ ...old, trace: TRACE }), span(old), young] })])
  await store.pin(TRACE, true)
  await using keeper = new Keeper({ store, dir, clock, log, keep: keepOf({}) })
  expect(keeper.state()).toMatchObject({ dropped: { traces: 0 }, droppedAt: null })
  await keeper.tick()
  const { items } = await store.traces({ limit: 9 })
  expect(items.map(({ trace }) => trace)).toEqual([young.trace, TRACE])
  const { retention, dropped, droppedAt } = keeper.state()
  expect(dropped).toMatchObject({ traces: 1, spans: 1 })
  expect(droppedAt).not.toBeNull()
  expect(retention.days).toBe(30)
  expect(retention.bytes).toBeGreaterThan(0)
  expect(retention.bytes).toBeLessThanOrEqual(KEEP_BYTES)
  expect(logged).toHaveLength(1)
  expect(logged[0]).toContain('"traces":1')
  await keeper.tick()
  expect(logged).toHaveLength(1)
})

test('a store that cannot drop is logged, and asked again', async () => {
  const { dir, clock, log, logged, observer } = await house()
  const prune = async () => Promise.reject(new Error('no'))
  const store = { ...observer.store, prune }
  await using keeper = new Keeper({ store, dir, clock, log, keep: keepOf({}) })
  await keeper.tick()
  expect(logged[0]).toContain('cannot drop')
})

test('a clock that jumps ahead makes nothing old until it is so at two looks', async () => {
  const { dir, clock, log, logged, observer } = await house()
  const { store } = observer
  const { elapsed } = clock
  const jumping = { elapsed, aheadMs: 0, now: () => clock.now() + jumping.aheadMs }
  await store.ingest([entry({ spans: [span({ startUs: clock.now() * 1_000 })] })])
  await using keeper = new Keeper({ store, dir, clock: jumping, log, keep: keepOf({}) })
  await keeper.tick()
  jumping.aheadMs = 400 * 24 * 60 * 60_000
  await keeper.tick()
  expect(logged.at(-1)).toContain('the clock jumped')
  jumping.aheadMs = 0
  await keeper.tick()
  expect(await store.size()).toMatchObject({ traces: 1 })
  jumping.aheadMs = 400 * 24 * 60 * 60_000
  await keeper.tick()
  await keeper.tick()
  expect(await store.size()).toMatchObject({ traces: 0 })
})
