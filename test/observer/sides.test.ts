import { expect, test } from 'vitest'
import type { HandoffPart } from '../../src/observer/model.ts'
import { handoffOf, handoffTime, NOBODY, withPart } from '../../src/observer/sides.ts'

const trace = 'a'.repeat(32)
const giver: HandoffPart = {
  ...{ trace, id: 't', side: 'giver', from: 'alice', to: 'bob', offeredUs: 7 },
  source: { kind: 'agent', by: 'alice' }
}
const stranger: HandoffPart = { ...giver, source: { kind: 'key', by: 'a' }, offeredUs: 5 }

test('what says nothing new changes nothing', () => {
  const once = withPart(NOBODY, giver)
  expect(withPart(once, giver)).toBe(once)
})

test('who signed as the agent it speaks of is shown, in any order', () => {
  for (const parts of [
    [giver, stranger],
    [stranger, giver]
  ]) {
    const sides = parts.reduce(withPart, NOBODY)
    expect(handoffOf(trace, 't', sides)).toEqual({ trace, id: 't', giver })
    expect(handoffTime(sides)).toBe(5)
  }
})

test('of a flood of tellers some are kept, the same in any order', () => {
  const parts = Array.from({ length: 40 }, (_, n): HandoffPart => {
    return { ...giver, source: { kind: 'key', by: `k${n}` } }
  })
  const kept = parts.reduce(withPart, NOBODY)
  expect(kept.giver).toHaveLength(16)
  expect(parts.toReversed().reduce(withPart, NOBODY)).toEqual(kept)
})
