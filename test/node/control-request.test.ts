import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRequest } from '../../src/node/control-request.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'

const read = (value: unknown) => readRequest(Buffer.from(JSON.stringify(value)))

test('a submission keeps its options as they are', () => {
  const options = { deadline: '30s', wait: 500, budget: { tokens: 10 }, idempotencyKey: 'k' }
  const request = { op: 'submit', skill: 'shout', input: { text: 'x' }, options }
  expect(read(request)).toEqual(request)
})

test('an abort signal cannot cross the socket', () => {
  const options = { signal: {} }
  expect(() => read({ op: 'run', skill: 'shout', input: 1, options })).toThrow('not a control')
})

test('what is to be forgotten is a trace, or all', () => {
  const trace = 'ab'.repeat(16)
  expect(read({ op: 'forget', trace })).toEqual({ op: 'forget', trace })
  expect(read({ op: 'forget' })).toEqual({ op: 'forget' })
  for (const wrong of ['', 'x', trace.toUpperCase(), `${trace}0`]) {
    expect(() => read({ op: 'forget', trace: wrong })).toThrow('not a control')
  }
})

test('any JSON is a request or a named error, never a crash', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        expect(read(value)).toHaveProperty('op')
      } catch (error) {
        expect(error).toBeInstanceOf(PeerworkError)
        expect((error as PeerworkError).code).toBe('MALFORMED')
      }
    })
  )
})
