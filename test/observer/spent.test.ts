import { expect, test } from 'vitest'
import { NO_OUTLINE } from '../../src/observer/outline.ts'
import { spent } from '../../src/observer/spent.ts'
import { NO_SHARE } from '../../src/observer/sums.ts'

const outer = { ...NO_OUTLINE, outerTokens: 9, outerNanos: 2e9, outerEstimated: true }

test('a trace costs what its leaves say', () => {
  const share = { ...NO_SHARE, tokens: 5, tokenLeaves: 1, costNanos: 1e9, costLeaves: 1 }
  const sums = { ...share, reported: 1 }
  expect(spent(sums, outer)).toEqual({ tokens: 5, cost: 1, costSource: 'reported' })
})

test('when no leaf says, the dearest around them counts', () => {
  expect(spent(NO_SHARE, outer)).toEqual({ tokens: 9, cost: 2, costSource: 'estimated' })
  expect(spent(NO_SHARE, NO_OUTLINE)).toEqual({ tokens: 0, cost: 0, costSource: 'none' })
})

test('one leaf of unknown price makes the sum unknown', () => {
  expect(spent({ ...NO_SHARE, unknown: 1 }, outer).costSource).toBe('unknown')
})
