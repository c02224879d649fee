/** What every convention keeps to, whatever a span says. */

import { expect, test } from 'vitest'
import type { Convention } from '../../../src/observer/adapters/convention.ts'
import { spanWith } from './span-with.ts'

const NAMES = [
  ...['gen_ai.operation.name', 'gen_ai.request.model', 'gen_ai.usage.input_tokens'],
  ...['openinference.span.kind', 'traceloop.span.kind', 'ai.operationId', 'peerwork.kind']
]
const KINDS = ['gen_ai.operation.name', 'openinference.span.kind', 'traceloop.span.kind']

const allOf = (names: readonly string[], value: string | number | null | string[]) =>
  spanWith(Object.fromEntries(names.map((name) => [name, value])))

export function strict(convention: Convention): void {
  test('a span of another convention is none of its business', () => {
    expect(convention(spanWith({ 'http.route': '/' }))).toBeUndefined()
  })

  test('values of the wrong type are as good as none', () => {
    for (const value of [null, -1, '', ['x']]) {
      expect(convention(allOf(NAMES, value))).toBeUndefined()
    }
  })

  test('a kind that is a word of the language is no kind', () => {
    expect(convention(allOf(KINDS, 'constructor'))?.kind ?? 'other').toBe('other')
  })
}
