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

test('of an earlier start it says what the file knows', () => {
  const { heads } = setup()
  const kept = { boot: new Uint8Array(8).fill(7), next: 90, oldest: 30, dropped: 1, removed: 2 }
  const { body } = heads.of({ ...kept, last: new Uint8Array(32) })
  expect(body).toMatchObject({ next: 90, oldest: 30, dropped: 3, tailed: false })
  expect(body.last).toEqual(new Uint8Array(32))
})
