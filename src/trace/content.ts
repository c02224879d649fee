/** What adapters may tell of prompts and answers: nothing, unless `content` says so. */

import type { JsonObject } from '../protocol/json.ts'

/** One prompt or answer, UTF-16 units. */
const TEXT_LENGTH_MAX = 20_000

/**
 * Where errors of frameworks carry what a model, a user or a tool said; their messages quote it, as
 * those of `JSON.parse` do.
 */
const CARRIERS = ['llmOutput', 'observation', 'output', 'text', 'toolInput', 'value']
const LEFT_OUT = 'the message is left out, because it quotes content'

/** One attribute; nothing for what was not said, or cannot be written down. */
export function contentOf(name: 'input' | 'output', value: unknown): JsonObject {
  const text = textOf(value)
  return text === undefined ? {} : { [`${name}.value`]: text.slice(0, TEXT_LENGTH_MAX) }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** The same error, or its name alone when its message quotes content that may not be told. */
export function errorWithout(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error
  const carries = (one: object): boolean =>
    one instanceof SyntaxError || CARRIERS.some((name) => name in one)
  const { cause, name, code } = error as Record<string, unknown>
  const inside = typeof cause === 'object' && cause !== null && carries(cause)
  return inside || carries(error) ? { name, code, message: LEFT_OUT } : error
}
