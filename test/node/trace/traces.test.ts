/** The door between two agents in one process, over real connections. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Agent } from '../../../src/index.ts'
import { createAgent } from '../../../src/index.ts'
import type { TailOptions, TraceNews } from '../../../src/node/trace/api.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import type { PeerworkError } from '../../../src/protocol/errors.ts'
import { until } from '../../helpers/processes.ts'
import { mallory } from '../../protocol/samples.ts'
import { chain } from './samples.ts'

let alice: Agent
let bob: Agent
const signal = () => AbortSignal.timeout(5_000)

beforeEach(async () => {
  const init = { preset: 'loopback', open: true, logLevel: 'silent' } as const
  alice = await createAgent({ ...init, name: 'alice' })
  bob = await createAgent({ ...init, name: 'bob' })
  await bob.connect(alice.addresses[0] ?? '')
})
afterEach(async () => {
  await Promise.all([alice.stop(), bob.stop()])
})

test('holders are the agent itself and its peers, and changes are told', async () => {
  expect(bob.traces.holders()).toEqual([bob.id, alice.id])
  let told = 0
  const stop = bob.traces.onHolders(() => told++)
  await alice.stop()
  await until('she left', () => bob.traces.holders().length === 1)
  expect(told).toBe(1)
  stop()
})

test('logs of a peer are listed with a head that it sealed, and fetched', async () => {
  const list = async () => bob.traces.held(alice.id, signal())
  await until('sealed', async () => {
    // Lists are counted: whoever asks all the time is told to wait.
    await new Promise((resolve) => setTimeout(resolve, 100))
    return (await list()).logs[0]?.ranges.length === 1
  })
  const [log] = (await list()).logs
  expect(log).toMatchObject({ by: alice.id, ranges: [{ from: 0 }], forks: [] })
  expect(log?.head?.body).toMatchObject({ from: alice.id, oldest: 0, dropped: 0 })
  const got: TraceNews[] = []
  const ask = { by: alice.id, boot: log?.boot ?? '', ranges: [{ from: 0, to: 1 }] }
  for await (const news of bob.traces.get(alice.id, ask, signal())) got.push(news)
  expect(got).toMatchObject([{ kind: 'batch', batch: { body: { from: alice.id, first: 0 } } }])
})

test('a tail brings batches and heads, of a peer and of the agent itself', async () => {
  for (const holder of [alice, bob]) {
    const ending = new AbortController()
    const kinds = new Set<string>()
    for await (const news of bob.traces.tail(holder.id, { keeps: true, signal: ending.signal })) {
      kinds.add(news.kind)
      if (kinds.size === 2) break
    }
    ending.abort()
    expect([...kinds].sort()).toEqual(['batch', 'head'])
  }
})

test('who only watches shares the tail of an observer in the same process', async () => {
  const ending = new AbortController()
  const got = { kept: new Set<string>(), heard: new Set<string>() }
  const both = (): boolean => got.kept.has('head') && got.heard.has('batch')
  let ended = 0
  const follow = async (keeps: boolean, into: Set<string>): Promise<void> => {
    const tail = bob.traces.tail(alice.id, { keeps, signal: ending.signal })
    for await (const { kind } of tail) into.add(kind)
    ended++
  }
  const keeping = follow(true, got.kept).catch(() => undefined)
  await until('tailed', () => alice.traces.observers().includes(bob.id))
  const hearing = follow(false, got.heard).catch(() => undefined)
  const carol = await createAgent({ preset: 'loopback', logLevel: 'silent' })
  await carol.connect(alice.addresses[0] ?? '')
  await until('both hear', both)
  expect([ended, alice.traces.observers()]).toEqual([0, [bob.id]])
  ending.abort()
  await Promise.all([keeping, hearing, carol.stop()])
})

test('who shares a tail gets what came since it heard last, too', async () => {
  const ending = new AbortController()
  const { signal: end } = ending
  const [kept, heard]: [TraceNews[], TraceNews[]] = [[], []]
  const follow = async (options: TailOptions, into: TraceNews[]): Promise<void> => {
    for await (const news of bob.traces.tail(alice.id, options)) into.push(news)
  }
  const batchIn = (all: readonly TraceNews[]) => all.find(({ kind }) => kind === 'batch')
  const keeping = follow({ keeps: true, signal: end }, kept).catch(() => undefined)
  await until('the first', () => batchIn(kept) !== undefined)
  const first = batchIn(kept)
  const boot = first?.kind === 'batch' ? toHex(first.batch.body.boot) : ''
  const before = { keeps: false, signal: end, from: { boot, next: 0 } }
  const hearing = follow(before, heard).catch(() => undefined)
  await until('what was missed', () => batchIn(heard) !== undefined)
  expect(batchIn(heard)).toMatchObject({ batch: { body: { first: 0 } } })
  ending.abort()
  await Promise.all([keeping, hearing])
})

test('what an observer shares, others can list and fetch from it', async () => {
  const kept = chain(9, mallory)
  const batch = kept.next(3)
  const forged = Uint8Array.from(batch.bytes)
  forged[5] = (forged[5] ?? 0) ^ 1
  const boot = '09'.repeat(8)
  const stop = alice.traces.share({
    held: () => Promise.resolve([{ by: kept.by, boot, ranges: [{ from: 0, to: 3 }], forks: [] }]),
    batches: () => Promise.resolve([batch.bytes, forged].map((bytes) => ({ bytes, to: 3 })))
  })
  const ask = { by: kept.by, boot, ranges: [{ from: 0, to: 3 }] }
  const news = async () => Array.fromAsync(bob.traces.get(alice.id, ask, signal()))
  // The seal proves it, whoever hands it over.
  expect(await news()).toMatchObject([
    { kind: 'batch', batch: { body: { from: kept.by } } },
    { kind: 'refused', by: kept.by, boot, error: { code: 'SIGNATURE_INVALID' } }
  ])
  expect((await bob.traces.held(alice.id, signal())).logs.map(({ by }) => by)).toContain(kept.by)
  stop()
  expect(await news()).toEqual([])
})

test('a list of more logs than one answer has goes on where it ended', async () => {
  const kept = Array.from({ length: 5_000 }, (_, nth) => ({
    ...{ by: mallory.id, boot: nth.toString(16).padStart(16, '0') },
    ...{ ranges: [{ from: 0, to: 3 }], forks: [] }
  }))
  alice.traces.share({
    held: (after, limit) =>
      Promise.resolve(kept.filter(({ boot }) => boot > (after?.boot ?? '')).slice(0, limit)),
    batches: () => Promise.resolve([])
  })
  const first = await bob.traces.held(alice.id, signal())
  expect(first.logs).toHaveLength(4_096)
  const rest = await bob.traces.held(alice.id, signal(), first.next)
  expect(rest.next).toBeUndefined()
  const others = [...first.logs, ...rest.logs].filter(({ by }) => by === mallory.id)
  expect(others.map(({ boot }) => boot)).toEqual(kept.map(({ boot }) => boot))
})

test('whoever is not connected cannot be asked', async () => {
  const code = await bob.traces
    .held(mallory.id, signal())
    .catch((error: PeerworkError) => error.code)
  expect(code).toBe('PEER_LOST')
})
