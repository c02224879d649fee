import type { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import type { Alert } from '../../../src/observer/alerts/alert.ts'
import { Channels } from '../../../src/observer/alerts/channel.ts'
import { openAlertsFile } from '../../../src/observer/alerts/database.ts'
import { signature } from '../../../src/observer/alerts/message.ts'
import { BACKOFF_MS, Outbox } from '../../../src/observer/alerts/outbox.ts'
import { guardOf } from '../../../src/observer/post.ts'
import { hook, temporary, TurnedClock } from './house.ts'

const alert: Alert = {
  ...{ id: '1', rule: 'r', subject: 's', severity: 'info', state: 'open', trace: null },
  ...{ title: 't', detail: 'd', opened: 0, last: 0, count: 1, silencedUntil: null },
  ...{ acknowledged: null, acknowledgedBy: null, resolved: null }
}
const DAY_MS = 24 * 60 * 60_000
const message = { event: 'opened', alert, ruleName: 'Rule' } as const

function open(db: DatabaseSync, allowed: readonly string[], clock = new TurnedClock()) {
  const guard = guardOf(allowed)
  const channels = new Channels({ db, clock, guard, canMail: false })
  const logged: string[] = []
  const warn = (facts: object, text: string) => void logged.push(text + JSON.stringify(facts))
  const outbox = new Outbox({ db, clock, channels, guard, smtp: undefined, log: { warn } })
  return { channels, outbox, clock, logged }
}

test('what fails comes again, later each time, under one id and rightly signed', async () => {
  let status = 500
  const { got, url, host } = await hook(() => status)
  const dir = temporary()
  let secret: string | null
  {
    using db = openAlertsFile(dir)
    const { channels, outbox } = open(db, [host])
    secret = channels.put('ops', { kind: 'webhook', enabled: true, url: `${url}/in` }).secret
    outbox.add('ops', message)
    await outbox.pump()
    await outbox.pump()
    expect(got).toHaveLength(1)
    expect(channels.list()[0]).toMatchObject({ waiting: 1, error: 'it answered 500' })
  }
  // Another process goes on.
  using db = openAlertsFile(dir)
  const { channels, outbox, clock } = open(db, [host])
  clock.aheadMs += (BACKOFF_MS[0] ?? 0) + 1_000
  await outbox.pump()
  clock.aheadMs += (BACKOFF_MS[0] ?? 0) + 1_000
  await outbox.pump()
  expect(got).toHaveLength(2)
  status = 204
  clock.aheadMs += BACKOFF_MS[1] ?? 0
  await outbox.pump()
  await outbox.pump()
  expect(got).toHaveLength(3)
  expect(channels.list()[0]).toMatchObject({ waiting: 0, error: null })
  expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  for (const { headers, body } of got) {
    const [id, at] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])]
    expect(headers['webhook-signature']).toBe(signature(secret ?? '', [id, at, body]))
  }
})

/** Only its wall clock is set; the monotonic one goes on as ever. */
class SetClock extends TurnedClock {
  wallMs = 0
  override now = (): number => systemClock.now() + this.aheadMs + this.wallMs
}

test('a wall clock that is set neither holds up what waits nor sends it too soon', async () => {
  const { got, url, host } = await hook(() => 500)
  using db = openAlertsFile(temporary())
  const clock = new SetClock()
  const { channels, outbox } = open(db, [host], clock)
  channels.put('ops', { kind: 'slack', enabled: true, url })
  outbox.add('ops', message)
  await outbox.pump()
  clock.wallMs = DAY_MS
  await outbox.pump()
  expect(got).toHaveLength(1)
  clock.wallMs = -DAY_MS
  clock.aheadMs += (BACKOFF_MS[0] ?? 0) + 1_000
  await outbox.pump()
  expect(got).toHaveLength(2)
  outbox.add('ops', message)
  await outbox.pump()
  expect(got).toHaveLength(3)
})

test('what a process with a clock far ahead left behind does not wait until then', async () => {
  const { got, url, host } = await hook(() => 500)
  using db = openAlertsFile(temporary())
  const ahead = new SetClock()
  ahead.wallMs = 365 * DAY_MS
  const before = open(db, [host], ahead)
  before.channels.put('ops', { kind: 'slack', enabled: true, url })
  before.outbox.add('ops', message)
  await before.outbox.pump()
  const { outbox, clock } = open(db, [host])
  await outbox.pump()
  expect(got).toHaveLength(2)
  await outbox.pump()
  expect(got).toHaveLength(2)
  clock.aheadMs += (BACKOFF_MS[1] ?? 0) + 1_000
  await outbox.pump()
  expect(got).toHaveLength(3)
})

test('it is given up in the end, or at once when the other side says so', async () => {
  const { got, url, host } = await hook(() => 500)
  const gone = await hook(() => 410)
  using db = openAlertsFile(temporary())
  const { channels, outbox, clock, logged } = open(db, [host, gone.host])
  channels.put('ops', { kind: 'slack', enabled: true, url })
  channels.put('gone', { kind: 'slack', enabled: true, url: gone.url })
  outbox.add('ops', message)
  outbox.add('gone', message)
  for (const pause of [0, ...BACKOFF_MS, 0]) {
    clock.aheadMs += pause + 1_000
    await outbox.pump()
  }
  expect(got).toHaveLength(BACKOFF_MS.length + 1)
  expect(gone.got).toHaveLength(1)
  expect(outbox.lost).toBe(2)
  expect(logged).toHaveLength(2)
  expect(channels.list().map(({ waiting }) => waiting)).toEqual([0, 0])
})

test('a pause that the receiver asks for is kept, and a redirect is not followed', async () => {
  const target = await hook(() => 204)
  const { got, url, host } = await hook(() =>
    got.length === 1
      ? { status: 429, headers: { 'retry-after': '600' } }
      : { status: 307, headers: { location: target.url } }
  )
  using db = openAlertsFile(temporary())
  const { channels, outbox, clock } = open(db, [host, target.host])
  channels.put('ops', { kind: 'slack', enabled: true, url })
  outbox.add('ops', message)
  await outbox.pump()
  clock.aheadMs += 599_000
  await outbox.pump()
  expect(got).toHaveLength(1)
  clock.aheadMs += 2_000
  await outbox.pump()
  expect(got).toHaveLength(2)
  expect(target.got).toEqual([])
  expect(channels.list()[0]?.error).toBe('it answered 307')
})

test('an address that is allowed no more is not asked, nor told to anybody', async () => {
  const { got, url, host } = await hook(() => 204)
  using db = openAlertsFile(temporary())
  const before = open(db, [host])
  before.channels.put('ops', { kind: 'slack', enabled: true, url: `${url}/secret-path` })
  const { channels, outbox, logged } = open(db, [])
  outbox.add('ops', message)
  await outbox.pump()
  expect(got).toEqual([])
  expect(channels.list()[0]?.error).toContain('private address')
  expect(JSON.stringify([channels.list(), logged])).not.toContain('secret-path')
})

test('one that is switched off gets nothing, and no heap waits for one that is away', async () => {
  const { got, url, host } = await hook(() => 500)
  using db = openAlertsFile(temporary())
  const { channels, outbox } = open(db, [host])
  channels.put('ops', { kind: 'slack', enabled: false, url })
  for (let nth = 0; nth < 1_010; nth++) outbox.add('ops', message)
  expect(channels.list()[0]?.waiting).toBe(1_000)
  expect(outbox.lost).toBe(10)
  await outbox.pump()
  expect(got).toEqual([])
  expect(channels.list()[0]?.waiting).toBe(0)
})
