import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import type { HeldLog, TraceShelf } from '../../../src/node/trace/api.ts'
import { BatchStore } from '../../../src/node/trace/batch-store.ts'
import { Heads } from '../../../src/node/trace/heads.ts'
import { OwnLog } from '../../../src/node/trace/own-log.ts'
import { serve } from '../../../src/node/trace/serve-sync.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import type { SyncFrame, SyncQuestion } from '../../../src/protocol/trace-sync.ts'
import { alice, bob } from '../../protocol/samples.ts'
import { chain, own } from './samples.ts'

function setup() {
  const log = new OwnLog({
    ...{ open: () => new BatchStore(undefined), elapsed: () => 0, trouble: () => undefined }
  })
  const [older, batches] = [chain(1), chain(2)]
  const append = (from: ReturnType<typeof chain>, count = 50) => {
    const sealed = from.next(count)
    log.append([own(sealed)])
    return sealed
  }
  const heads = new Heads({
    ...{ identity: alice, network: 'home', clock: systemClock, listened: () => false },
    facts: () => {
      const { next = 0, oldest = 0 } = log.boot(batches.boot) ?? {}
      return { boot: batches.boot, next, oldest, dropped: 0, tailed: false }
    }
  })
  const shelves = new Set<TraceShelf>()
  const options = { self: alice.id, log, shelves, heads, boot: batches.boot }
  const ending = new AbortController()
  const ask = (question: SyncQuestion) => serve(question, options, ending.signal, alice.id)
  return { log, older, batches, append, shelves, ask, ending }
}

async function all(frames: AsyncIterable<SyncFrame>): Promise<SyncFrame[]> {
  const got: SyncFrame[] = []
  for await (const frame of frames) got.push(frame)
  return got
}
const batchesIn = (frames: readonly SyncFrame[]): string[] =>
  frames.flatMap((frame) => (frame.kind === 'batch' ? [toHex(frame.bytes).slice(0, 80)] : []))
const shortOf = (bytes: Uint8Array): string => toHex(bytes).slice(0, 80)
const end = (more: boolean) => ({ kind: 'answer', answer: { type: 'end', more } })

test('a list names every start, and what an observer here keeps of others', async () => {
  const { append, older, batches, shelves, ask } = setup()
  append(older)
  append(batches)
  const kept: HeldLog = {
    by: bob.id,
    boot: '07'.repeat(8),
    ranges: [{ from: 0, to: 9 }],
    forks: []
  }
  const own: HeldLog = { ...kept, by: alice.id }
  shelves.add({ held: () => Promise.resolve([kept, own]), batches: () => Promise.resolve([]) })
  const [first, last, ...more] = await all(ask({ type: 'list' }))
  expect([last, more]).toEqual([end(false), []])
  const { entries = [] } =
    first?.kind === 'answer' && first.answer.type === 'held' ? first.answer : {}
  expect(entries.map(({ by, boot, ranges }) => [by, toHex(boot).slice(0, 2), ranges])).toEqual([
    [alice.id, '01', [{ from: 0, to: 50 }]],
    [alice.id, '02', [{ from: 0, to: 50 }]],
    [bob.id, '07', [{ from: 0, to: 9 }]]
  ])
  expect(entries.map(({ head }) => head !== undefined)).toEqual([true, true, false])
})

test('ranges are answered with the batches that touch them, each once, oldest first', async () => {
  const { append, batches, ask } = setup()
  const sealed = [append(batches), append(batches), append(batches), append(batches)]
  const { boot, by } = batches
  const ranges = [
    { from: 10, to: 60 },
    { from: 199, to: 1_000 }
  ]
  const got = await all(ask({ type: 'get', by, boot, ranges }))
  const wanted = [sealed[0], sealed[1], sealed[3]].map((one) => shortOf(one!.bytes))
  expect(batchesIn(got)).toEqual(wanted)
  expect(got.at(-1)).toEqual(end(false))
  const nothing = await all(ask({ type: 'get', by, boot: new Uint8Array(8), ranges }))
  expect(nothing).toEqual([end(false)])
})

test('one question gets so much, and is told that there is more', async () => {
  const { append, batches, ask } = setup()
  for (let n = 0; n < 520; n++) append(batches, 1)
  const { boot, by } = batches
  const got = await all(ask({ type: 'get', by, boot, ranges: [{ from: 0, to: 520 }] }))
  expect(batchesIn(got)).toHaveLength(512)
  expect(got.at(-1)).toEqual(end(true))
})

test('a tail begins where the asker is, and brings what comes until it is ended', async () => {
  const { append, batches, ask, ending } = setup()
  append(batches)
  const second = append(batches)
  const frames = ask({ type: 'tail', keeps: true, boot: batches.boot, next: 50 })
  const next = async (): Promise<SyncFrame | undefined> => (await frames.next()).value ?? undefined
  expect(batchesIn([(await next())!])).toEqual([shortOf(second.bytes)])
  expect(await next()).toMatchObject({ kind: 'head' })
  const waiting = next()
  const third = append(batches)
  expect(batchesIn([(await waiting)!])).toEqual([shortOf(third.bytes)])
  const last = append(batches)
  ending.abort()
  expect(batchesIn(await all(frames))).toEqual([shortOf(last.bytes)])
})

test('who knows nothing yet gets the newest and what follows', async () => {
  const { append, older, batches, ask, ending } = setup()
  for (let n = 0; n < 60; n++) append(older, 1)
  for (let n = 0; n < 50; n++) append(batches, 1)
  ending.abort()
  const fresh = batchesIn(await all(ask({ type: 'tail', keeps: false })))
  expect(fresh).toHaveLength(41)
  const after = { type: 'tail', keeps: false, boot: older.boot, next: 30 } as const
  expect(batchesIn(await all(ask(after)))).toHaveLength(80)
  const complete = { type: 'tail', keeps: false, boot: batches.boot, next: 50 } as const
  expect(batchesIn(await all(ask(complete)))).toEqual([])
})
