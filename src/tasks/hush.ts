/**
 * Takes the values of a skill's secrets out of what the agent tells of its work: failures,
 * progress, steps and the log. A server that repeats a key in its refusal would otherwise have it
 * signed, stored and sent to others. Outputs and chunks are the skill's own and stay as they are.
 */

import type { FromRunner } from './sandbox-messages.ts'

const HIDDEN = '[secret]'
/**
 * Characters. Shorter values are words that may well occur by themselves, and what stands in their
 * place must not make a text longer than it may be.
 */
const SECRET_LENGTH_MIN = HIDDEN.length
/** What programs read: a secret that looks like one of these words changes nothing. */
const WORDS = new Set(['type', 'task', 'level', 'code'])
const TOLD = new Set<FromRunner['type']>([
  ...(['load-failed', 'broken', 'failed', 'progress', 'trace', 'log'] as const)
])

export interface Hush {
  readonly text: (text: string) => string
  readonly message: (message: FromRunner) => FromRunner
}

const NOTHING: Hush = { text: (text) => text, message: (message) => message }

export function createHush(secrets: Readonly<Record<string, string>>): Hush {
  const values = Object.values(secrets)
    .filter((value) => value.length >= SECRET_LENGTH_MIN)
    // One that contains another goes first, or its rest would stay.
    .toSorted((a, b) => b.length - a.length)
  if (values.length === 0) return NOTHING
  const text = (said: string): string =>
    values.reduce((left, value) => left.replaceAll(value, HIDDEN), said)
  return {
    text,
    message: (message) => (TOLD.has(message.type) ? (within(message, text) as FromRunner) : message)
  }
}

/** A JSON value with its texts changed; names of fields stay. */
function within(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((part) => within(part, change))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value) as [string, unknown][]
  return Object.fromEntries(
    fields.map(([name, part]) => [name, WORDS.has(name) ? part : within(part, change)])
  )
}
