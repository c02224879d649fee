import { expect, test } from 'vitest'
import { tokensOf } from '../../../src/observer/adapters/convention.ts'

test('cached tokens that were left out of the input are added to it', () => {
  expect(tokensOf({ input: 10, cacheRead: 4 })).toEqual({ input: 10, cacheRead: 4 })
  expect(tokensOf({ input: 2, cacheRead: 90, cacheWrite: 8 })).toEqual({
    ...{ input: 100, cacheRead: 90, cacheWrite: 8 }
  })
})

test('what was not counted is not zero', () => {
  expect(tokensOf({})).toEqual({})
  expect(tokensOf({ output: 0 })).toEqual({ output: 0 })
})
