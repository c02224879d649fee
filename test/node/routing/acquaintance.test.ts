import { expect, test } from 'vitest'
import { Acquaintances } from '../../../src/node/routing/acquaintance.ts'

function at() {
  const clock = { ms: 0 }
  return { clock, known: new Acquaintances(() => clock.ms) }
}

test('tasks of ours are counted until they are over', () => {
  const { known } = at()
  expect(known.busyAt('a')).toBe(0)
  known.count('a', 1)
  known.count('a', 1)
  known.count('a', -1)
  expect(known.busyAt('a')).toBe(1)
})

test('a round trip follows what is measured, slowly', () => {
  const { known } = at()
  expect(known.rttOf('a')).toBeUndefined()
  known.measured('a', 10)
  known.measured('a', 20)
  expect(known.rttOf('a')).toBe(12)
})

test('a full peer rests as long as it asks for, within bounds', () => {
  const { clock, known } = at()
  known.rest('a', 500)
  known.rest('b', undefined)
  known.rest('c', 1e12)
  expect([known.restsNow('a'), known.restsNow('b'), known.restsNow('d')]).toEqual([
    true,
    true,
    false
  ])
  clock.ms = 501
  expect([known.restsNow('a'), known.restsNow('b')]).toEqual([false, true])
  clock.ms = 30_001
  expect(known.restsNow('c')).toBe(false)
})

test('who leaves is forgotten, but not the tasks that are still there', () => {
  const { known } = at()
  known.measured('a', 10)
  known.count('b', 1)
  known.measured('b', 10)
  known.forget('a')
  known.forget('b')
  known.forget('c')
  expect([known.rttOf('a'), known.rttOf('b'), known.busyAt('b')]).toEqual([undefined, undefined, 1])
  known.count('b', -1)
  expect(known.size).toBe(0)
})

test('of endless peers that left only some are known, and always those that work for us', () => {
  const { known } = at()
  known.count('works', 1)
  for (let n = 0; n < 10_000; n++) known.rest(`left ${n}`, 500)
  expect(known.size).toBe(512)
  expect(known.busyAt('works')).toBe(1)
  expect(known.restsNow('left 9999')).toBe(true)
})
