import { expect, test } from 'vitest'
import { errorOf, factsOf, shortWords } from '../../src/trace/said.ts'

test('words are cut to what an observer takes, and empty ones are not said', () => {
  expect(shortWords({ a: 'x'.repeat(600), b: '', c: undefined, d: 7, e: 'kept' })).toEqual({
    ...{ a: 'x'.repeat(512), e: 'kept' }
  })
})

test('counts and costs that are none are left out', () => {
  const tokens = { input: 3, output: NaN, cacheRead: -1, cacheWrite: 1.5, reasoning: Infinity }
  expect(factsOf({ tokens, cost: NaN })).toEqual({ tokens: { input: 3 } })
  expect(factsOf({ tokens: { input: NaN }, cost: -1 })).toEqual({})
  const whole = { kind: 'model', cost: 0, attributes: { a: 1 } }
  expect(factsOf({ ...whole, ...{ model: 'm', other: 'unknown' } })).toEqual({
    ...whole,
    model: 'm'
  })
})

test('whatever is thrown becomes a code and a message', () => {
  const coded = Object.assign(new Error('no such file'), { code: 'ENOENT' })
  const of = (error: unknown) => errorOf(error).error
  expect(errorOf(undefined)).toEqual({})
  expect(of(coded)).toEqual({ code: 'ENOENT', message: 'no such file' })
  expect(of(new TypeError('x'.repeat(5_000)))).toEqual({
    ...{ code: 'TypeError', message: 'x'.repeat(2_000) }
  })
  expect(of('text')).toEqual({ code: 'Error', message: 'text' })
  expect(of(null)).toEqual({ code: 'Error', message: 'null' })
  expect(of(Object.create(null))).toEqual({ code: 'Error', message: '[Object: null prototype] {}' })
  const hostile = {
    get message(): string {
      throw new Error('no')
    }
  }
  expect(of(hostile)?.message).toBe('something that cannot be shown was thrown')
})
