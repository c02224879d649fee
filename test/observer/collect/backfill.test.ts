import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { createLogs } from '../../../src/node/logger.ts'
import { Backfill } from '../../../src/observer/collect/backfill.ts'
import { KnownLogs } from '../../../src/observer/collect/known-logs.ts'
import type { HeldLog, HeldPage, LogAsk } from '../../../src/node/trace/api.ts'
import type { LogName, TraceNews, Traces } from '../../../src/node/trace/api.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import type { Sealed } from '../../../src/protocol/seal.ts'
import type { TraceBatch } from '../../../src/protocol/trace.ts'
import { until } from '../../helpers/processes.ts'
import { chain } from '../../node/trace/samples.ts'
import { alice, bob, mallory } from '../../protocol/samples.ts'
import { Hub } from './hub.ts'
import { MemoryStore } from './memory-store.ts'

const log = createLogs({ level: 'silent', rooms: {} }, 'observer')('node')

/** Holds at once what it gets. */
function setup(hub: Hub, own: Partial<Traces> = {}, turnMs = 10_000) {
  const logs = new KnownLogs(systemClock)
  const got: string[] = []
  const backfill = new Backfill({
    ...{ traces: { ...hub.traces(bob.id), ...own }, clock: systemClock, log, logs, turnMs },
    ...{ heard: () => undefined, lost: () => Promise.resolve(), isTailed: () => true },
    ...{ inbox: { settled: () => Promise.resolve() }, store: new MemoryStore().store },
    take: (news, holder) => {
      if (news.kind !== 'batch') return Promise.resolve(true)
      const { body } = news.batch
      got.push(`${holder === alice.id ? 'alice' : 'other'} ${body.first}`)
      logs.meet({ by: body.from, boot: toHex(body.boot) })?.add(news.batch)
      return Promise.resolve(true)
    }
  })
  return { backfill, logs, got }
}

test('what somebody has and nobody brought is asked for, once', async () => {
  const hub = new Hub()
  const batches = chain()
  const made = Array.from({ length: 5 }, () => batches.next(10))
  hub.producer(alice.id, () => made)
  const { backfill, got } = setup(hub)
  backfill.follow([alice.id])
  await until('all', () => got.length === 5)
  backfill.look(alice.id)
  await until('asked again', () => hub.asked.filter((one) => one.includes('list')).length === 2)
  expect(got).toEqual(['alice 0', 'alice 10', 'alice 20', 'alice 30', 'alice 40'])
  await backfill.stop()
})

test('a holder that claims what it has not is asked once, and then another one', async () => {
  const hub = new Hub()
  const batch = chain().next(10)
  const boot = toHex(batch.body.boot)
  const claim = { by: alice.id, boot, ranges: [{ from: 0, to: 10 }], forks: [] }
  hub.traces(mallory.id).share({
    held: () => Promise.resolve([claim]),
    batches: () => Promise.resolve([])
  })
  const { backfill, got, logs } = setup(hub)
  logs.meet(claim)
  backfill.follow([mallory.id])
  const asked = () => hub.asked.filter((one) => one === `${bob.id} get ${mallory.id}`).length
  await until('asked', () => asked() === 1)
  hub.producer(alice.id, () => [batch])
  backfill.follow([mallory.id, alice.id])
  await until('from her', () => got.length === 1)
  expect([got, asked()]).toEqual([['alice 0'], 1])
  await backfill.stop()
})

/** Claims to have all of alice's log, and hands over the same batch whenever it is asked. */
function repeats(hub: Hub, holder: string, batch: Sealed<TraceBatch>): void {
  const [by, boot] = [batch.body.from, toHex(batch.body.boot)]
  const { first, events } = batch.body
  const claim = { by, boot, ranges: [{ from: 0, to: 1_000_000 }], forks: [] }
  hub.traces(holder).share({
    held: () => Promise.resolve([claim]),
    batches: () => Promise.resolve([{ bytes: batch.bytes, to: first + events.length }])
  })
}

test('a holder that hands over the same again and again is not asked without end', async () => {
  const hub = new Hub()
  const batches = chain()
  const made = [batches.next(10), batches.next(10)] as const
  repeats(hub, mallory.id, made[0])
  const { backfill, got, logs } = setup(hub)
  logs.meet({ by: alice.id, boot: toHex(batches.boot) })
  backfill.follow([mallory.id])
  const asked = () => hub.asked.filter((one) => one === `${bob.id} get ${mallory.id}`).length
  await until('asked', () => asked() >= 2)
  hub.producer(alice.id, () => made)
  backfill.follow([mallory.id, alice.id])
  await until('the rest, from her', () => got.includes('alice 10'))
  expect(asked()).toBe(2)
  await backfill.stop()
})

test('ranges told in disorder do not make a holder be asked for what is held', async () => {
  const hub = new Hub()
  const batches = chain()
  const made = Array.from({ length: 4 }, () => batches.next(10))
  const [by, boot] = [alice.id, toHex(batches.boot)]
  const disorder = [
    { from: 20, to: 40 },
    { from: 0, to: 10 }
  ]
  hub.traces(mallory.id).share({
    held: () => Promise.resolve([{ by, boot, ranges: disorder, forks: [] }]),
    batches: () => Promise.resolve([])
  })
  const { backfill, logs } = setup(hub)
  const log = logs.meet({ by, boot })
  for (const batch of made) if (batch.body.first !== 10) log?.add(batch)
  backfill.follow([mallory.id])
  await until('a list', () => hub.asked.length > 0)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(hub.asked).toEqual([`${bob.id} list ${mallory.id}`])
  await backfill.stop()
})

/** An answer with nothing in it, after what has to happen first. */
async function* nothing(first: () => Promise<void> | void): AsyncGenerator<TraceNews> {
  await first()
  yield* []
}

/** Waits until it is let go, or the signal aborts. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  const pass = (signal?: AbortSignal): Promise<void> => {
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    signal?.addEventListener('abort', () => reject(signal.reason as Error))
    return Promise.race([promise, aborted])
  }
  return { pass, open: resolve }
}

test('a list of invented disputes opens no more questions at once than any other', async () => {
  let [now, most, asked] = [0, 0, 0]
  const { pass, open } = gate()
  const get = (_: string, __: LogAsk, signal: AbortSignal) =>
    nothing(async () => {
      most = Math.max(most, ++now)
      asked++
      await pass(signal).finally(() => now--)
    })
  const list: HeldLog[] = []
  const held = (): Promise<HeldPage> => Promise.resolve({ logs: list })
  const { backfill, logs } = setup(new Hub(), { get, held })
  for (let seed = 1; seed <= 40; seed++) {
    const batch = chain(seed).next(10)
    const name = { by: alice.id, boot: toHex(batch.body.boot) }
    logs.meet(name)?.add(batch)
    list.push({ ...name, ranges: [{ from: 0, to: 10 }], forks: [3] })
  }
  backfill.follow(['one', 'two', 'three', 'four', 'five', 'six'])
  await until('as many as may be', () => now === 4)
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect([now, most]).toEqual([4, 4])
  open()
  await until('all were asked', () => asked === 48)
  expect(most).toBe(4)
  await backfill.stop()
})

test('a holder that tells its list drop by drop is not asked for another meanwhile', async () => {
  let asked = 0
  const { pass, open } = gate()
  const held = async (): Promise<HeldPage> => {
    asked++
    await pass()
    return { logs: [] }
  }
  const { backfill } = setup(new Hub(), { held })
  backfill.follow([alice.id])
  await until('asked', () => asked === 1)
  for (let nth = 0; nth < 5; nth++) backfill.look(alice.id)
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  expect(asked).toBe(1)
  open()
  await until('asked again', () => asked === 2)
  await backfill.stop()
})

test('whoever asks to be looked at later again and again is looked at all the same', async () => {
  const hub = new Hub()
  hub.producer(alice.id, () => [])
  const { backfill } = setup(hub)
  backfill.follow([alice.id])
  const again = setInterval(() => backfill.lookSoon(alice.id), 100)
  await until('a list', () => hub.asked.length === 1, 2_000)
  clearInterval(again)
  await backfill.stop()
})

test('what was told by a holder that has left meanwhile is not remembered', async () => {
  const hub = new Hub()
  const boot = '01'.repeat(8)
  const { pass, open } = gate()
  let lists = 0
  const held = async (): Promise<HeldPage> => {
    if (lists++ > 0) return new Promise(() => undefined)
    await pass()
    return { logs: [{ by: alice.id, boot, ranges: [{ from: 0, to: 10 }], forks: [] }] }
  }
  const asked: string[] = []
  const get = (holder: string) => nothing(() => void asked.push(holder))
  const { backfill } = setup(hub, { held, get })
  backfill.follow([mallory.id])
  await until('asked', () => lists === 1)
  backfill.follow([])
  backfill.follow([mallory.id])
  open()
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(asked).toEqual([])
  void backfill.stop()
})

test('whoever answers drop by drop leaves its turn to the others', async () => {
  const hub = new Hub()
  const batches = chain()
  const made = [batches.next(10), batches.next(10)]
  const [by, boot] = [alice.id, toHex(batches.boot)]
  const slow = ['one', 'two', 'three', 'four']
  const claim = { by: mallory.id, boot, ranges: [{ from: 0, to: 10 }], forks: [] }
  const real = { by, boot, ranges: [{ from: 0, to: 20 }], forks: [] }
  const claims = (holder: string) => ({ ...claim, boot: toHex(Buffer.from(`${holder}        `)) })
  const held = (holder: string): Promise<HeldPage> =>
    Promise.resolve({ logs: [holder === by ? real : claims(holder)] })
  async function* get(holder: string, _: LogAsk, signal: AbortSignal): AsyncGenerator<TraceNews> {
    if (holder !== by) return gate().pass(signal)
    for (const batch of made) yield { kind: 'batch', batch }
  }
  const { backfill, got } = setup(hub, { held, get }, 300)
  backfill.follow([...slow, by])
  await until('hers', () => got.length === 2)
  await backfill.stop()
})

test('a list is asked for until nothing is left, and everything in it is fetched', async () => {
  const hub = new Hub()
  const made = [1, 2, 3].map((seed) => chain(seed).next(10))
  const logs = made.map(({ body }) => ({
    ...{ by: alice.id, boot: toHex(body.boot), ranges: [{ from: 0, to: 10 }], forks: [] }
  }))
  const asked: (string | undefined)[] = []
  const held = (_: string, __: AbortSignal, after?: LogName): Promise<HeldPage> => {
    asked.push(after?.boot)
    const at = logs.findIndex(({ boot }) => boot === after?.boot) + 1
    const [one] = logs.slice(at)
    const page = one === undefined ? [] : [one]
    return Promise.resolve({ logs: page, ...(one && at < 2 && { next: one }) })
  }
  hub.producer(alice.id, () => made)
  const { backfill, got } = setup(hub, { held })
  backfill.follow([alice.id])
  await until('all three', () => got.length === 3, 8_000)
  expect(asked).toEqual([undefined, logs[0]?.boot, logs[1]?.boot])
  await backfill.stop()
})
