/** What a program says, in the form and the lengths that an observer takes: cut, never refused. */

import { inspect } from 'node:util'
import type { JsonObject } from '../protocol/json.ts'

/** Names of spans, agents, models, UTF-16 units. */
const WORD_LENGTH_MAX = 512
/** Messages of errors, UTF-16 units. */
const MESSAGE_LENGTH_MAX = 2_000
const WORDS = ['agent', 'model', 'provider', 'tool', 'conversation'] as const

/** Without those that are empty or no text; long ones are cut. */
export function shortWords(words: Readonly<Record<string, unknown>>): JsonObject {
  const kept: Record<string, string> = {}
  for (const [name, word] of Object.entries(words)) {
    if (typeof word === 'string' && word !== '') kept[name] = word.slice(0, WORD_LENGTH_MAX)
  }
  return kept
}

interface Said {
  readonly kind?: string
  readonly tokens?: object
  readonly cost?: number
  readonly attributes?: JsonObject
}

/** Counts and sums that are none, like NaN, are left out: they were not known. */
export function factsOf(facts: Said): JsonObject {
  const { kind, tokens = {}, cost, attributes } = facts
  const said = facts as Readonly<Record<string, unknown>>
  const words = Object.fromEntries(WORDS.map((name) => [name, said[name]]))
  const counts = Object.entries<unknown>({ ...tokens }).flatMap(([name, count]) =>
    isCount(count) ? [[name, count] as const] : []
  )
  return {
    ...(kind !== undefined && { kind }),
    ...shortWords(words),
    ...(counts.length > 0 && { tokens: Object.fromEntries(counts) }),
    ...(cost !== undefined && Number.isFinite(cost) && cost >= 0 && { cost }),
    ...(attributes !== undefined && { attributes })
  }
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

/** Whatever was thrown; nothing for undefined. */
export function errorOf(error: unknown): { error?: { code: string; message: string } } {
  if (error === undefined) return {}
  try {
    const { code, name, message } = Object(error) as Record<string, unknown>
    const said = textIn(message) ?? textIn(error) ?? inspect(error, { depth: 0 })
    return {
      error: {
        code: (textIn(code) ?? textIn(name) ?? 'Error').slice(0, WORD_LENGTH_MAX),
        message: said.slice(0, MESSAGE_LENGTH_MAX)
      }
    }
  } catch {
    return { error: { code: 'Error', message: 'something that cannot be shown was thrown' } }
  }
}

const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
