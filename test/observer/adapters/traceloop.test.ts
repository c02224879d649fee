import { expect, test } from 'vitest'
import { traceloop } from '../../../src/observer/adapters/traceloop.ts'
import { spanWith } from './span-with.ts'

test('a span of another convention is none of its business', () => {
  expect(traceloop(spanWith({ 'http.route': '/' }))).toBeUndefined()
})

test('values of the wrong type are as good as none', () => {
  const names = [
    ...['gen_ai.operation.name', 'gen_ai.request.model', 'gen_ai.usage.input_tokens'],
    ...['openinference.span.kind', 'traceloop.span.kind', 'ai.operationId', 'peerwork.kind']
  ]
  const hostile = [null, -1, '', ['x'], { toString: 'x' }]
  for (const value of hostile) {
    const attributes = Object.fromEntries(names.map((name) => [name, value]))
    expect(traceloop(spanWith(attributes))).toBeUndefined()
  }
})

test('a kind that is a word of the language is no kind', () => {
  const names = ['gen_ai.operation.name', 'openinference.span.kind', 'traceloop.span.kind']
  const attributes = Object.fromEntries(names.map((name) => [name, 'constructor']))
  expect(traceloop(spanWith(attributes))?.kind ?? 'other').toBe('other')
})
