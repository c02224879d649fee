import { expect, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { TraceLog } from '../../src/node/trace-log.ts'
import { BATCH_BYTES_MAX, BATCH_EVENTS_MAX } from '../../src/protocol/constants.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'
import { open } from '../../src/protocol/seal.ts'
import type { Sealed } from '../../src/protocol/seal.ts'
import { expectBatch, SharedFields } from '../../src/protocol/trace.ts'
import type { OwnFact, TraceBatch, TraceFact } from '../../src/protocol/trace.ts'
import { until } from '../helpers/processes.ts'

const identity = identityFromSeed(new Uint8Array(32).fill(9))

/** A log whose batches arrive here. */
function writing() {
  const batches: Sealed<TraceBatch>[] = []
  const writes: number[] = []
  const log = new TraceLog({
    ...{ identity, network: 'home', clock: systemClock },
    log: {
      append(added) {
        writes.push(added.length)
        batches.push(...added.map(({ sealed }) => sealed))
      },
      get digest() {
        return batches.at(-1)?.digest
      }
    }
  })
  const seqs = () => batches.flatMap(({ body }) => body.events.map(({ seq }) => seq))
  return { log, batches, writes, seqs }
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
  const { log, batches, seqs } = writing()
  emit(log, 3)
  expect(batches).toEqual([])
  await until('the first', () => batches.length === 1)
  emit(log, 2)
  await until('the second', () => batches.length === 2)
  expect(seqs()).toEqual(range(0, 5))
  verify(batches)
  expect(batches[1]?.body).toMatchObject({ first: 3, dropped: 0, boot: batches[0]?.body.boot })
})

test('as many as fill a batch are sealed without waiting for more, in one write', async () => {
  const { log, batches, writes } = writing()
  emit(log, 2 * BATCH_EVENTS_MAX + 20)
  await until('all', () => batches.length >= 2, 200)
  await until('the rest', () => batches.length === 3)
  expect(batches.map(({ body }) => body.events.length)).toEqual([
    ...[BATCH_EVENTS_MAX, BATCH_EVENTS_MAX, 20]
  ])
  expect(writes).toEqual([2, 1])
  verify(batches)
})

test('a flood within one turn is sealed within it, and nothing is lost', () => {
  const { log, batches, seqs } = writing()
  emit(log, 10_000)
  expect(batches.length).toBeGreaterThan(25)
  log.close()
  expect(seqs()).toEqual(range(0, 10_000))
  expect([log.next, log.dropped]).toEqual([10_000, 0])
  verify(batches)
})

test('after the end nothing is taken any more', () => {
  const { log, seqs } = writing()
  emit(log, 1)
  log.close()
  emit(log, 1)
  log.close()
  expect(seqs()).toEqual([0])
})

test('what is fleeting is sealed apart, when there is much of it', () => {
  const { log, batches } = writing()
  const work = { trace: 'ab'.repeat(16), span: 'cd'.repeat(8), task: '11'.repeat(16) }
  const more = { ...work, skill: 'x', side: 'executor', peer: identity.id } as const
  emit(log, 10)
  for (let n = 0; n < 60; n++) log.emit({ type: 'task.progress', ...more })
  emit(log, 10)
  log.close()
  const types = batches.map(({ body }) => [...new Set(body.events.map(({ type }) => type))])
  expect(types.slice(0, 2)).toEqual([['agent.started'], ['task.progress']])
  expect(batches.map(({ body }) => body.events.length)).toEqual([10, 60, 10])
  verify(batches)
})

test('no batch is over 64 KiB, however long the texts are', async () => {
  const { log, batches, seqs } = writing()
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

test('two starts of one agent are told apart', () => {
  const [one, two] = [writing(), writing()]
  emit(one.log, BATCH_EVENTS_MAX)
  emit(two.log, BATCH_EVENTS_MAX)
  return until('both', () => one.batches.length + two.batches.length === 2).then(() => {
    expect(one.batches[0]?.body.boot).not.toEqual(two.batches[0]?.body.boot)
  })
})

test('an event that observers would refuse is dropped and counted, alone', async () => {
  const { log, batches, seqs } = writing()
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

test('an event with shared fields is the event that says them all', () => {
  const { log, batches } = writing()
  const ids = { trace: 'ab'.repeat(16), span: 'cd'.repeat(8), task: '11'.repeat(16) }
  const fields = { ...ids, skill: 'x', side: 'executor', peer: identity.id } as const
  for (const more of [{}, { parent: 'ef'.repeat(8) }]) {
    const shared = new SharedFields({ ...fields, ...more })
    log.emit({ type: 'task.accepted', ahead: 3 }, shared)
    log.emit({ type: 'task.accepted', ...fields, ...more, ahead: 3 })
    log.emit({ type: 'task.progress', message: 'half, é' }, shared)
    log.emit({ type: 'task.progress', ...fields, ...more, message: 'half, é' })
  }
  log.close()
  verify(batches)
  const told = batches.flatMap(({ body }) => body.events)
  expect(told).toHaveLength(8)
  for (let at = 0; at < told.length; at += 2) {
    const [one, other] = [told[at], told[at + 1]]
    expect(one).toEqual({ ...other, seq: at, at: one?.at })
  }
})

test('shared fields that observers would refuse take no batch with them', () => {
  const { log, batches } = writing()
  const ids = { span: 'cd'.repeat(8), task: '11'.repeat(16), skill: 'x', peer: identity.id }
  const odd = new SharedFields({ ...ids, side: 'executor', trace: 'no trace' })
  const fine = new SharedFields({ ...ids, side: 'executor', trace: 'ab'.repeat(16) })
  log.emit({ type: 'task.streaming' }, odd)
  log.emit({ type: 'task.accepted', ahead: -1 }, fine)
  log.emit({ type: 'task.accepted', ahead: 1, task: 'other' } as unknown as OwnFact, fine)
  log.emit({ type: 'task.streaming' }, fine)
  log.close()
  expect(log.dropped).toBe(3)
  expect(batches.flatMap(({ body }) => body.events.map(({ seq }) => seq))).toEqual([3])
  verify(batches)
})

test('a batch that cannot be sealed now is sealed later, with the bytes of its events', () => {
  const { log, batches, seqs } = writing()
  const { sign } = identity
  emit(log, 3, 'before')
  Object.assign(identity, {
    sign: () => {
      throw new Error('no signature today')
    }
  })
  expect(() => log.flush()).toThrow('no signature today')
  Object.assign(identity, { sign })
  emit(log, 2, 'after')
  log.close()
  expect(seqs()).toEqual(range(0, 5))
  verify(batches)
})
