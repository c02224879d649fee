import { expect, test } from 'vitest'
import { PeerworkError } from '../../src/protocol/errors.ts'
import type { Waiting } from '../../src/tasks/lane.ts'
import { Queue } from '../../src/tasks/queue.ts'
import { shed } from '../../src/tasks/shed.ts'

const item: Waiting = { priority: 'normal', cost: 100, accepted: 0 }

function full(max: number, peers: readonly string[]): Queue<Waiting> {
  const queue = new Queue<Waiting>(max)
  for (const peer of peers) queue.push(queue.lane(peer), item)
  return queue
}

function answer(queue: Queue<Waiting>, wallMs: number, meanMs: number | undefined = 100): unknown {
  const house = { queue, capacity: 2, meanMs, chance: () => 0 }
  try {
    return shed({ budget: { wallMs, depth: 0 } }, queue.lane('a'), house)
  } catch (error) {
    return error instanceof PeerworkError ? { code: error.code, ...error.facts } : error
  }
}

test('who may wait hears how many come first', () => {
  expect(answer(full(9, ['a', 'a', 'b', 'b', 'b']), 1_000)).toBe(4)
})

test('without a place left, one returns when half of what waits has begun', () => {
  const queue = full(4, ['a', 'a', 'a', 'a'])
  expect(answer(queue, 1_000)).toEqual({ code: 'BUSY', reason: 'queue', retryAfterMs: 100 })
})

test('what would come too late returns when it would be in time', () => {
  const queue = full(9, ['a', 'a', 'a', 'a', 'b'])
  const late = { code: 'BUSY', reason: 'deadline', waitMs: 250, retryAfterMs: 150 }
  expect(answer(queue, 100)).toEqual(late)
  expect(answer(queue, 250)).toBe(5)
  // What waits was thought to take longer when it came than tasks do now.
  expect(answer(queue, 100, 10)).toBe(5)
})

test('as long as too little was measured, nobody is refused for a guess', () => {
  const house = (queue: Queue<Waiting>) => {
    return { queue, capacity: 2, meanMs: undefined, chance: () => 0 }
  }
  const [some, all] = [full(9, ['a', 'a', 'a']), full(3, ['a', 'a', 'a'])]
  const hasty = { budget: { wallMs: 1, depth: 0 } }
  expect(shed(hasty, some.lane('a'), house(some))).toBe(3)
  expect(() => shed(hasty, all.lane('a'), house(all))).toThrow(
    expect.objectContaining({ facts: { reason: 'queue', retryAfterMs: 1_000 } })
  )
})
