import { expect, test } from 'vitest'
import { encode } from '../../../src/protocol/canonical.ts'
import {
  decodeAnswer,
  decodeQuestion,
  encodeAnswer,
  encodeQuestion
} from '../../../src/protocol/message/probe.ts'

test('a question and its answers come back as they were sent', () => {
  expect(decodeQuestion(encodeQuestion({ v: 1, port: 4001 }))).toEqual({ v: 1, port: 4001 })
  const seen = { v: 1, state: 'open', from: '/ip4/10.0.0.1' } as const
  expect(decodeAnswer(encodeAnswer(seen))).toEqual(seen)
  const refused = { v: 1, error: { code: 'BUSY', message: 'too many', facts: { x: 1 } } } as const
  expect(decodeAnswer(encodeAnswer(refused))).toEqual(refused)
})

test.for([0, 65_536, 1.5, '22'])('port %s is none', (port) => {
  expect(() => decodeQuestion(encode({ v: 1, port }))).toThrow(/not a probe question/)
})

test('a question may name a port and nothing else: no address, no host', () => {
  const address = '/ip4/169.254.169.254'
  expect(() => decodeQuestion(encode({ v: 1, port: 80, address }))).toThrow(/not a probe question/)
})

test('an answer in other words is refused', () => {
  expect(() => decodeAnswer(encode({ v: 1, state: 'ajar' }))).toThrow(/not a probe answer/)
})
