import { expect, test } from 'vitest'
import { Turns } from '../../../src/observer/collect/turns.ts'
import { until } from '../../helpers/processes.ts'

/** Goes on until its turn is over, or it is told to end. */
function work(turns: Turns) {
  const state = { begun: false, ended: false }
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = turns.take(async (turn) => {
    state.begun = true
    turn.addEventListener('abort', () => resolve())
    await promise
    state.ended = true
  })
  return { state, done, end: resolve }
}

test('so many work at once, and then whoever has waited longest', async () => {
  const turns = new Turns({ max: 2, turnMs: 60_000 })
  const all = [work(turns), work(turns), work(turns), work(turns)]
  const begun = () => all.map(({ state }) => state.begun)
  expect(begun()).toEqual([true, true, false, false])
  all[1]?.end()
  await until('the third', () => begun()[2] === true)
  expect(begun()).toEqual([true, true, true, false])
  for (const { end } of all) end()
  await Promise.all(all.map(({ done }) => done))
})

test('whoever takes long gives way to who waits, and to nobody else', async () => {
  const turns = new Turns({ max: 1, turnMs: 20 })
  const slow = work(turns)
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(slow.state.ended).toBe(false)
  const next = work(turns)
  await until('its turn', () => next.state.begun)
  expect(slow.state.ended).toBe(true)
  const last = work(turns)
  await until('its turn', () => last.state.begun)
  last.end()
  await Promise.all([slow.done, next.done, last.done])
})

test('a place is free again after a failure', async () => {
  const turns = new Turns({ max: 1, turnMs: 60_000 })
  await expect(turns.take(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await turns.take(() => Promise.resolve(7))).toBe(7)
})
