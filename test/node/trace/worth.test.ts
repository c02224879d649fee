import { expect, test } from 'vitest'
import { cutAt, isFleeting } from '../../../src/node/trace/worth.ts'
import type { TraceEventType } from '../../../src/protocol/trace.ts'

const progress = (count: number) => Array.from({ length: count }, () => 'task.progress' as const)
const ends = (count: number) => Array.from({ length: count }, () => 'task.completed' as const)

test('how something went is fleeting; ends, handoffs, guards and errors are not', () => {
  expect(
    ['task.progress', 'task.streaming', 'peer.joined'].every((type) =>
      isFleeting(type as TraceEventType)
    )
  ).toBe(true)
  const kept: TraceEventType[] = [
    ...(['task.submitted', 'task.completed', 'task.failed', 'task.canceled'] as const),
    ...(['task.rejected', 'task.handed-on', 'handoff.offered', 'handoff.accepted'] as const),
    ...(['handoff.ended', 'guard.tripped', 'error', 'state.changed', 'model.called'] as const)
  ]
  expect(kept.filter(isFleeting)).toEqual([])
})

test('a long run of what is fleeting gets a batch of its own, a short one does not', () => {
  expect(cutAt([...ends(10), ...progress(30), ...ends(10)])).toBe(10)
  expect(cutAt([...progress(30), ...ends(20)])).toBe(30)
  expect(cutAt(progress(50))).toBe(50)
  expect(cutAt([...ends(20), ...progress(24), ...ends(6)])).toBe(50)
  expect(cutAt([...progress(10), ...ends(5), ...progress(35)])).toBe(15)
  expect(cutAt([])).toBe(0)
})
