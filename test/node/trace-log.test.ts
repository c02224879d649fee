import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { TraceLog } from '../../src/node/trace-log.ts'
import { BATCH_BYTES_MAX } from '../../src/protocol/constants.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'
import { open } from '../../src/protocol/seal.ts'
import type { Sealed } from '../../src/protocol/seal.ts'
import { expectBatch } from '../../src/protocol/trace.ts'
import type { TraceBatch, TraceFact } from '../../src/protocol/trace.ts'
import { until } from '../helpers/processes.ts'

const identity = identityFromSeed(new Uint8Array(32).fill(9))

/** A log whose batches arrive here, when somebody listens and they reach it. */
function listening(state = { listened: true, reaches: true, sealed: 0 }) {
  const batches: Sealed<TraceBatch>[] = []
  const log = new TraceLog({
    ...{ identity, network: 'home', clock: systemClock, listened: () => state.listened },
    publish: async (batch) => {
      state.sealed++
      await sleep(1)
      if (state.reaches) batches.push(batch)
      return state.reaches
    }
  })
  const seqs = () => batches.flatMap(({ body }) => body.events.map(({ seq }) => seq))
  return { log, batches, state, seqs }
}

const emit = (log: TraceLog, count: number, name = 'x'): void => {
  for (let n = 0; n < count; n++) log.emit({ type: 'agent.started', name })
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)

/** As an observer sees it: seals, order, chain and gaps. */
function verify(batches: readonly Sealed<TraceBatch>[]): void {
  let before: Sealed<TraceBatch> | undefined
  for (const { bytes } of batches) {
    expect(bytes.length).toBeLessThanOrEqual(BATCH_BYTES_MAX)
    const opened = open(bytes, expectBatch({ network: 'home', now: Date.now() }))
    if (!opened.ok) throw opened.error
    expect(opened.sealed.body.prev).toEqual(before?.digest)
    before = opened.sealed
  }
}

test('events of a moment are sealed together, in a chain that anybody can check', async () => {
  const { log, batches, seqs } = listening()
  emit(log, 3)
  expect(batches).toEqual([])
  await until('the first', () => batches.length === 1)
  emit(log, 2)
  await until('the second', () => batches.length === 2)
  expect(seqs()).toEqual(range(0, 5))
  verify(batches)
  expect(batches[1]?.body).toMatchObject({ first: 3, dropped: 0, boot: batches[0]?.body.boot })
})

test('fifty events are sealed without waiting for more', async () => {
  const { log, batches } = listening()
  emit(log, 120)
  await until('all', () => batches.length >= 2, 200)
  await until('the rest', () => batches.length === 3)
  expect(batches.map(({ body }) => body.events.length)).toEqual([50, 50, 20])
  verify(batches)
})

test('no batch is over 64 KiB, however long the texts are', async () => {
  const { log, batches, seqs } = listening()
  const trace = { trace: 'ab'.repeat(16), span: 'cd'.repeat(8), task: '11'.repeat(16) }
  const work = { ...trace, skill: 'x', side: 'executor', peer: identity.id } as const
  for (let n = 0; n < 100; n++) {
    log.emit({ type: 'task.failed', ...work, code: 'SKILL_FAILED', message: 'm'.repeat(4_000) })
  }
  await until('all', () => seqs().length === 100)
  expect(seqs()).toEqual(range(0, 100))
  expect(batches.length).toBeGreaterThan(5)
  verify(batches)
})

test('nothing is sealed while nobody listens', async () => {
  const { log, state, seqs } = listening({ listened: false, reaches: true, sealed: 0 })
  emit(log, 100)
  await sleep(400)
  expect(state.sealed).toBe(0)
  state.listened = true
  await log.flush()
  expect(seqs()).toEqual(range(0, 100))
})

test('what waits too long for a listener is dropped, the oldest first, and counted', async () => {
  const { log, batches, state, seqs } = listening({ listened: false, reaches: true, sealed: 0 })
  emit(log, 5_000)
  state.listened = true
  await log.flush()
  const first = seqs()[0] ?? 0
  expect(seqs()).toEqual(range(first, 5_000))
  expect(seqs().length).toBeLessThanOrEqual(2_048)
  expect(seqs().length).toBeGreaterThan(1_900)
  expect(batches[0]?.body.dropped).toBe(first)
  verify(batches)
})

test('a batch that reaches nobody is sealed again, whatever was dropped meanwhile', async () => {
  const { log, batches, state, seqs } = listening({ listened: true, reaches: false, sealed: 0 })
  emit(log, 2_000)
  const flushing = log.flush()
  emit(log, 500)
  await flushing
  state.reaches = true
  await log.flush()
  const first = seqs()[0] ?? -1
  expect(seqs()).toEqual(range(first, 2_500))
  expect(batches[0]?.body.dropped).toBe(first)
  verify(batches)
})

test('two starts of one agent are told apart', () => {
  const [one, two] = [listening(), listening()]
  emit(one.log, 50)
  emit(two.log, 50)
  return until('both', () => one.batches.length + two.batches.length === 2).then(() => {
    expect(one.batches[0]?.body.boot).not.toEqual(two.batches[0]?.body.boot)
  })
})

test('an event that observers would refuse is dropped and counted, alone', async () => {
  const { log, batches, seqs } = listening()
  emit(log, 3)
  emit(log, 1, 'x'.repeat(10_000))
  log.emit({ type: 'task.progress', fraction: NaN } as unknown as TraceFact)
  emit(log, 2)
  await until('all', () => seqs().length === 5)
  expect(seqs()).toEqual([0, 1, 2, 5, 6])
  verify(batches)
  expect(batches.map(({ body }) => [body.first, body.dropped])).toEqual([
    ...[
      [0, 0],
      [5, 2]
    ]
  ])
})
