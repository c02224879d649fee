import { expect, test } from 'vitest'
import { below, closesLoop, loopError, refuseLoop } from '../../src/node/loop.ts'
import { digest } from '../../src/protocol/canonical.ts'
import { DEPTH_LEFT_MAX } from '../../src/protocol/constants.ts'
import type { Hop } from '../../src/protocol/message/task.ts'
import { alice, bob, mallory, taskBody } from '../protocol/samples.ts'

const [x, y] = ['x', 'y'].map((text) => digest(Buffer.from(text))) as [Uint8Array, Uint8Array]
const hop = (from: { id: string }, input = x, skill = 'shout'): Hop => ({
  from: from.id,
  skill,
  input
})

test('the path of a part is that of its task, and the task', () => {
  const first = taskBody()
  const path = below(first)
  expect(path).toEqual([{ from: bob.id, skill: 'shout', input: first.input.digest }])
  expect(below(taskBody({ from: alice.id, path: [...path] }))).toHaveLength(2)
})

test('a path is never longer than any peer takes', () => {
  const path = Array.from({ length: DEPTH_LEFT_MAX }, () => hop(bob))
  expect(below(taskBody({ path }))).toHaveLength(DEPTH_LEFT_MAX)
})

test('A asks B, B asks A: A is at it already', () => {
  expect(closesLoop([hop(alice)], hop(bob), alice.id)).toBe(true)
  expect(closesLoop([hop(alice)], hop(bob), mallory.id)).toBe(false)
})

test('who works on it further up, but for somebody else, is at it too', () => {
  // Alice asks Bob for x, Bob asks Mallory for y, Mallory would ask Bob for x.
  expect(closesLoop([hop(alice), hop(bob, y)], hop(mallory), bob.id)).toBe(true)
  expect(closesLoop([hop(alice), hop(bob, y)], hop(mallory), alice.id)).toBe(true)
})

test('other input, or another skill, is other work', () => {
  expect(closesLoop([hop(alice)], hop(bob, y), alice.id)).toBe(false)
  expect(closesLoop([hop(alice)], hop(bob, x, 'sing'), alice.id)).toBe(false)
  expect(closesLoop([], hop(bob), alice.id)).toBe(false)
})

test('the refusal shows the way', () => {
  const error = loopError([hop(alice)], hop(bob), alice.id)
  expect(error.code).toBe('LOOP')
  expect(error.message).toContain(`${alice.id} → ${bob.id} → ${alice.id}`)
  const body = taskBody({ path: [{ ...hop(alice), input: taskBody().input.digest }] })
  expect(() => refuseLoop(body, alice.id)).toThrow(error.message)
  expect(() => refuseLoop(taskBody(), alice.id)).not.toThrow()
})
