import { assert, jsonValue, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/protocol/json.ts'
import { readFromRunner } from '../../src/tasks/sandbox-messages.ts'

describe('a message of a runner', () => {
  it.each([
    { type: 'hello' },
    { type: 'done', task: 'a', patch: null },
    { type: 'done', task: 'a', patch: [{}] },
    { type: 'failed', task: 'a', error: { code: 'SKILL_FAILED', message: '' }, retire: false },
    { type: 'progress', task: 'a', fraction: 0.5, message: null },
    { type: 'spend', task: 'a', tokens: 1, cost: 0.1 },
    { type: 'trace', task: 'a', told: {} },
    { type: 'fetch-credit', task: 'a', call: 0, bytes: 1 }
  ])('is read when it is well-formed: %j', (message) => {
    expect(readFromRunner(message)).toBe(message)
  })

  it.each([
    null,
    [],
    'hello',
    {},
    { type: 'run' },
    { type: 'toString' },
    { type: '__proto__' },
    { type: 'done', task: 'a' },
    { type: 'done', task: 'a', patch: {} },
    { type: 'failed', task: 'a', error: { code: 'NONSENSE', message: '' }, retire: false },
    {
      type: 'failed',
      task: 'a',
      error: { code: 'SKILL_FAILED', message: '', facts: null },
      retire: false
    },
    { type: 'load-failed', error: { code: 'SKILL_FAILED', message: '', facts: [1] } },
    { type: 'spend', task: 'a', tokens: 0, cost: 1e308 },
    { type: 'progress', task: 'a', fraction: 2, message: null },
    { type: 'spend', task: 'a', tokens: -1, cost: 0 },
    { type: 'trace', task: 'a', told: [] },
    { type: 'spend', task: 'a', tokens: 0.5, cost: 0 },
    { type: 'log', task: 'a', level: 'fatal', message: '' },
    { type: 'fetch', task: 'a', call: -1 }
  ])('is refused otherwise: %j', (message) => {
    expect(() => readFromRunner(message as JsonValue)).toThrow(
      expect.objectContaining({ code: 'MALFORMED' })
    )
  })

  it('never fails in another way, whatever comes', () => {
    assert(
      property(jsonValue(), (value) => {
        try {
          readFromRunner(value as JsonValue)
        } catch (error) {
          expect(error).toMatchObject({ code: 'MALFORMED' })
        }
      })
    )
  })
})
