import { expect, test } from 'vitest'
import { retryAfter, ServiceTimes } from '../../src/tasks/service-times.ts'

test('what work takes is learned by skill; a new skill is thought to be as the others', () => {
  const times = new ServiceTimes()
  const [quick, slow, fresh] = [{}, {}, {}]
  expect(times.of(quick)).toBe(100)
  for (let n = 0; n < 40; n++) times.learn(quick, 2)
  for (let n = 0; n < 40; n++) times.learn(slow, 500)
  expect(times.of(quick)).toBeCloseTo(2)
  expect(times.of(slow)).toBeCloseTo(500)
  expect(times.of(fresh)).toBeCloseTo(500, 0)
})

test('the newest durations count most, and nothing is free', () => {
  const times = new ServiceTimes()
  const skill = {}
  for (let n = 0; n < 10; n++) times.learn(skill, 100)
  times.learn(skill, 200)
  expect(times.of(skill)).toBeCloseTo(120)
  for (let n = 0; n < 100; n++) times.learn(skill, 0)
  expect(times.of(skill)).toBe(0.1)
})

test('a mean is told once it means something, and a slow start is soon forgotten', () => {
  const times = new ServiceTimes()
  times.learn({}, 1_000)
  for (let n = 0; n < 14; n++) times.learn({}, 1)
  expect(times.meanMs).toBeUndefined()
  times.learn({}, 1)
  expect(times.meanMs).toBeLessThan(25)
})

test.each([
  [undefined, 0, 1_000],
  [undefined, 0.5, 1_250],
  [400, 0, 400],
  [400, 0.5, 500],
  [0, 0.9, 50],
  [1e9, 0.1, 60_000]
] as const)('a wait of %s ms, chance %s: return after %s ms', (wait, chance, told) => {
  expect(retryAfter(wait, chance)).toBe(told)
})
