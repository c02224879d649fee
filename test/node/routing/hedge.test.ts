import { expect, test } from 'vitest'
import type { TaskEvent, TaskResult } from '../../../src/node/api.ts'
import { hedged } from '../../../src/node/routing/hedge.ts'
import type { Leg, Start } from '../../../src/node/routing/hedge.ts'
import { TaskHandle } from '../../../src/node/task-handle.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { RESULT } from '../control-double.ts'

/** A peer whose answer the test gives, and what it was told. */
function peer() {
  const answer = Promise.withResolvers<TaskResult>()
  const told: string[] = []
  const legs: Leg[] = []
  const start: Start = (leg) => {
    legs.push(leg)
    leg.onCancel = ({ message }) => told.push(message)
    return answer.promise
  }
  return { start, answer, told, legs, says: (by: string) => answer.resolve({ ...RESULT, by }) }
}
const lost = new PeerworkError('PEER_LOST', 'gone')

test('the first result counts, and the slower peer is told', async () => {
  const [one, two] = [peer(), peer()]
  const race = hedged(new TaskHandle('t'), {
    first: one.start,
    second: () => two.start,
    afterMs: 1
  })
  await expect.poll(() => two.legs.length).toBe(1)
  two.says('two')
  expect((await race).by).toBe('two')
  expect([one.told, two.told]).toEqual([['another peer was faster'], []])
  expect(one.legs[0]?.canceled).toMatchObject({ code: 'CANCELED' })
})

test('a failure waits for the other, unless no peer could do better', async () => {
  const [one, two] = [peer(), peer()]
  const race = hedged(new TaskHandle('t'), {
    first: one.start,
    second: () => two.start,
    afterMs: 1
  })
  await expect.poll(() => two.legs.length).toBe(1)
  one.answer.reject(lost)
  two.says('two')
  expect((await race).by).toBe('two')
  const [three, four] = [peer(), peer()]
  const hedge = { first: three.start, second: () => four.start, afterMs: 1 }
  const final = hedged(new TaskHandle('t'), hedge)
  await expect.poll(() => four.legs.length).toBe(1)
  four.answer.reject(new PeerworkError('SKILL_FAILED', 'no'))
  await expect(final).rejects.toMatchObject({ code: 'SKILL_FAILED' })
  expect(three.told).toHaveLength(1)
})

test('when the first fails before its time, the second is not this one to ask', async () => {
  const one = peer()
  let asked = 0
  const second = (): undefined => void asked++
  const race = hedged(new TaskHandle('t'), { first: one.start, second, afterMs: 20 })
  one.answer.reject(lost)
  await expect(race).rejects.toBe(lost)
  await new Promise((resolve) => setTimeout(resolve, 40))
  expect(asked).toBe(0)
})

test('once the first streams, it has no rival, and its chunks arrive', async () => {
  const one = peer()
  let asked = 0
  const handle = new TaskHandle('t')
  const race = hedged(handle, { first: one.start, second: () => void asked++, afterMs: 20 })
  await one.legs[0]?.pushChunk('a')
  await new Promise((resolve) => setTimeout(resolve, 40))
  expect(asked).toBe(0)
  one.says('one')
  handle.end({ type: 'completed', task: 't', result: await race })
  const events: TaskEvent[] = await Array.fromAsync(handle)
  expect(events.map(({ type }) => type)).toEqual(['chunk', 'completed'])
})

test('who streams first has won: what is shown is what the result signs', async () => {
  const [one, two] = [peer(), peer()]
  const handle = new TaskHandle('t')
  const race = hedged(handle, { first: one.start, second: () => two.start, afterMs: 1 })
  await expect.poll(() => two.legs.length).toBe(1)
  await two.legs[0]?.pushChunk('of two')
  expect([one.told, two.told]).toEqual([['another peer was faster'], []])
  await one.legs[0]?.pushChunk('of one')
  // Its answer crossed the cancel.
  one.says('one')
  await one.answer.promise
  two.says('two')
  expect((await race).by).toBe('two')
  await two.legs[0]?.pushChunk('late')
  two.legs[0]?.push({ type: 'accepted', task: 't', ahead: 0 })
  handle.end({ type: 'completed', task: 't', result: RESULT })
  const chunks = (await Array.fromAsync(handle)).filter(({ type }) => type === 'chunk')
  expect(chunks).toMatchObject([{ value: 'of two' }])
})

test('when who streams fails, the one that was stopped for it says nothing more', async () => {
  const [one, two] = [peer(), peer()]
  const race = hedged(new TaskHandle('t'), {
    first: one.start,
    second: () => two.start,
    afterMs: 1
  })
  await expect.poll(() => two.legs.length).toBe(1)
  await two.legs[0]?.pushChunk('of two')
  one.answer.reject(new PeerworkError('CANCELED', 'another peer was faster'))
  await expect(one.answer.promise).rejects.toThrow()
  two.answer.reject(lost)
  await expect(race).rejects.toBe(lost)
})

test('a cancel of the owner reaches both', async () => {
  const [one, two] = [peer(), peer()]
  const handle = new TaskHandle('t')
  const race = hedged(handle, { first: one.start, second: () => two.start, afterMs: 1 })
  race.catch(() => undefined)
  await expect.poll(() => two.legs.length).toBe(1)
  void handle.cancel('enough')
  expect([one.told, two.told]).toEqual([['enough'], ['enough']])
  expect(one.legs[0]?.signal.aborted).toBe(true)
  handle.end({ type: 'canceled', task: 't', error: lost })
})
