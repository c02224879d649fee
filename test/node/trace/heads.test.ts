import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { HEAD_EVERY_MS, Heads } from '../../../src/node/trace/heads.ts'
import type { HeadFacts } from '../../../src/node/trace/heads.ts'
import { open } from '../../../src/protocol/seal.ts'
import { expectHead } from '../../../src/protocol/trace-head.ts'
import { until } from '../../helpers/processes.ts'
import { alice } from '../../protocol/samples.ts'

function setup(listened = false) {
  const facts = { boot: new Uint8Array(8), next: 0, oldest: 0, dropped: 0, tailed: false }
  const state: { facts: HeadFacts; listened: boolean; elapsed: number } = {
    ...{ facts, listened, elapsed: 0 }
  }
  const heads = new Heads({
    ...{
      identity: alice,
      network: 'home',
      clock: { ...systemClock, elapsed: () => state.elapsed }
    },
    ...{ facts: () => state.facts, listened: () => state.listened }
  })
  return { heads, state, tell: (next: number) => (state.facts = { ...facts, next }) }
}

test('a head is sealed anew when the numbers changed, and at most once a second', () => {
  const { heads, state, tell } = setup()
  const first = heads.current()
  expect(open(first.bytes, expectHead({ network: 'home', now: Date.now() })).ok).toBe(true)
  tell(5)
  expect(heads.current()).toBe(first)
  state.elapsed = HEAD_EVERY_MS
  expect(heads.current().body.next).toBe(5)
  state.elapsed = 3 * HEAD_EVERY_MS
  expect(heads.current().body.next).toBe(5)
  expect(heads.current()).toBe(heads.current())
})

test('whoever listens is told of news, and of nothing twice', async () => {
  const { heads, state, tell } = setup()
  const told: number[] = []
  const stop = heads.listen(({ body }) => told.push(body.next))
  tell(1)
  heads.touch()
  heads.touch()
  await until('told', () => told.length === 1)
  state.elapsed = HEAD_EVERY_MS
  heads.touch()
  await sleep(20)
  expect(told).toEqual([1])
  stop()
  tell(2)
  heads.touch()
  await sleep(20)
  expect(told).toEqual([1])
})

test('what whoever asked has seen already is told to whoever listens all the same', async () => {
  const { heads, state, tell } = setup()
  const told: number[] = []
  heads.listen(({ body }) => told.push(body.next))
  tell(1)
  heads.touch()
  await until('told', () => told.length === 1)
  state.elapsed = HEAD_EVERY_MS
  tell(2)
  heads.touch()
  expect(heads.current().body.next).toBe(2)
  await until('told', () => told.length === 2)
})

test('that an observer began to tail is told at once, that none does can wait', async () => {
  const { heads, state } = setup()
  const told: boolean[] = []
  heads.listen(({ body }) => told.push(body.tailed))
  const tailed = (is: boolean): void => {
    state.facts = { ...state.facts, tailed: is }
    heads.touch()
  }
  tailed(false)
  await until('told', () => told.length === 1)
  tailed(true)
  heads.hurry()
  await until('told at once', () => told.length === 2)
  tailed(false)
  await sleep(20)
  tailed(true)
  heads.hurry()
  await sleep(20)
  expect(told).toEqual([false, true])
  expect(heads.current().body.tailed).toBe(true)
})

test('a fresh one differs in its bytes though nothing changed, and is the newest', () => {
  const { heads } = setup()
  const all = [heads.current(), heads.fresh(), heads.fresh()]
  expect(new Set(all.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(3)
  const issued = all.map(({ body }) => body.issued)
  expect(issued).toEqual(issued.toSorted((a, b) => a - b))
  expect(heads.current()).toBe(all[2])
})

test('of an earlier start it says what the file knows', () => {
  const { heads } = setup()
  const kept = { boot: new Uint8Array(8).fill(7), next: 90, oldest: 30, dropped: 1, removed: 2 }
  const { body } = heads.of({ ...kept, last: new Uint8Array(32) })
  expect(body).toMatchObject({ next: 90, oldest: 30, dropped: 3, tailed: false })
  expect(body.last).toEqual(new Uint8Array(32))
})

test('the head of an earlier start is sealed once, and again when more of it is gone', () => {
  const { heads } = setup()
  const kept = {
    ...{ boot: new Uint8Array(8).fill(1), next: 9, oldest: 0, dropped: 0, removed: 0 },
    last: new Uint8Array(32)
  }
  const first = heads.of(kept)
  expect(heads.of({ ...kept })).toBe(first)
  expect(heads.of({ ...kept, boot: new Uint8Array(8).fill(2) })).not.toBe(first)
  expect(heads.of({ ...kept, removed: 4 }).body.dropped).toBe(4)
})
