import { expect, test } from 'vitest'
import { Lane } from '../../src/tasks/lane.ts'
import type { Waiting } from '../../src/tasks/lane.ts'

const item = (priority: Waiting['priority'], cost: number): Waiting => {
  return { priority, cost, accepted: cost }
}

test('a lane knows how much comes before a task of each priority', () => {
  const lane = new Lane<Waiting>('a')
  for (const [priority, cost] of [
    ['low', 1],
    ['normal', 10],
    ['high', 100]
  ] as const) {
    lane.push(item(priority, cost))
  }
  expect(lane.ahead('high')).toEqual({ tasks: 1, ms: 100 })
  expect(lane.ahead('normal')).toEqual({ tasks: 2, ms: 110 })
  expect(lane.ahead('low')).toEqual({ tasks: 3, ms: 111 })
  expect([lane.size, lane.ms, lane.since]).toEqual([3, 111, 1])
})

test('a lane that is empty again holds exactly nothing', () => {
  const lane = new Lane<Waiting>('a')
  const items = [0.1, 0.2, 0.3].map((cost) => item('normal', cost))
  for (const each of items) lane.push(each)
  for (const each of items.toReversed()) expect(lane.remove(each)).toBe(true)
  expect([lane.ms, lane.idle, lane.shift()]).toEqual([0, true, undefined])
})
