import { expect, test } from 'vitest'
import { watchTerminal } from '../../src/cli/terminal.ts'

test('a terminal that was there and answers no more is gone', () => {
  const terminals = new Set([0, 2])
  const gone = watchTerminal((file) => terminals.has(file))
  expect(gone()).toBe(false)
  terminals.clear()
  expect(gone()).toBe(true)
})

test('without a terminal at the start none can go', () => {
  expect(watchTerminal(() => false)()).toBe(false)
})
