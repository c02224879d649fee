/** The small words that message schemas are written in. Unknown fields are refused everywhere. */

import * as z from 'zod/mini'
import {
  AGENT_NAME,
  LABEL_LENGTH_MAX,
  NAME_LENGTH_MAX,
  NETWORK_NAME,
  SKILL_NAME,
  TASK_LIFE_MS_MAX,
  TEXT_BYTES_MAX
} from './constants.ts'
import { FACT_NAME, FACTS_MAX, isErrorCode, messageOf, PeerworkError } from './errors.ts'
import type { ErrorCode } from './errors.ts'
import { isAgentId } from './identity.ts'
import { fitsBytes, isPrintable, printable } from './text.ts'
import { isTraceparent } from './trace-context.ts'

const TIME_MAX = 8.64e15

export const bytes = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length)
export const bytesUpTo = (max: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= max)
export const agentId = z.string().check(z.refine(isAgentId))
export const network = z.string().check(z.maxLength(NAME_LENGTH_MAX), z.regex(NETWORK_NAME))
export const agentName = z.string().check(z.regex(AGENT_NAME))
/** A multiaddr as text: printable ASCII, whatever else is in it. */
export const address = z.string().check(z.regex(/^\/[\x21-\x7e]{0,255}$/))
export const skillName = z.string().check(z.maxLength(NAME_LENGTH_MAX), z.regex(SKILL_NAME))
/** Text for people. Bounded when it comes in, and made one printable line: see `text.ts`. */
const shown = (fits: (value: string) => boolean) =>
  z.pipe(
    z.string().check(z.refine(fits)),
    z.transform((value: string) => printable(value))
  )
/** Sentences, up to `TEXT_BYTES_MAX` bytes. */
export const text = shown((value) => fitsBytes(value, TEXT_BYTES_MAX))
/** A label, up to `LABEL_LENGTH_MAX` UTF-16 units. */
export const shortText = shown((value) => value.length <= LABEL_LENGTH_MAX)
/** A label that programs compare: refused rather than cleaned, so that no two become one. */
export const token = z
  .string()
  .check(z.refine((value) => value.length <= LABEL_LENGTH_MAX && isPrintable(value)))
export const traceparent = z.string().check(z.refine(isTraceparent))
/** A time, ms since 1970. */
export const time = z.int().check(z.gte(0), z.lte(TIME_MAX))
/** A count, size or duration: a whole number from 0. */
export const count = z.int().check(z.gte(0))
/** A wait in ms; more would overflow a timer or outlive every task. */
export const wait = z.int().check(z.gte(0), z.lte(TASK_LIFE_MS_MAX))
/** A quantity that need not be whole (cost, fraction): finite and not negative. */
export const quantity = z.number().check(z.gte(0), z.refine(Number.isFinite))
/** A part of the whole, 0 to 1. */
export const fraction = z.number().check(z.gte(0), z.lte(1))
export const errorCode = z.custom<ErrorCode>(isErrorCode)
const fact = z.union([shortText, z.number(), z.boolean(), z.null()])
/** Names are checked here and not by the record, which drops a key `__proto__` without a word. */
const few = z.custom<Record<string, unknown>>((value) => {
  if (typeof value !== 'object' || value === null) return false
  const names = Object.keys(value)
  return names.length <= FACTS_MAX && names.every((name) => FACT_NAME.test(name))
})
export const facts = z.pipe(few, z.record(z.string(), fact))
export const errorRecord = z.strictObject({
  code: errorCode,
  message: text,
  facts: z.optional(facts)
})

/** A list whose length is checked before a single item is. */
export const list = <Item extends z.ZodMiniType>(item: Item, max: number, min = 0) =>
  z.pipe(
    z.custom<z.input<Item>[]>(
      (value) => Array.isArray(value) && value.length >= min && value.length <= max
    ),
    z.array(item)
  )

/** A reader for `open` and for frames: the typed value, or `MALFORMED` with the first fault. */
export function reader<Schema extends z.ZodMiniType>(
  what: string,
  schema: Schema
): (value: unknown) => z.infer<Schema> {
  return (value) => {
    const outcome = parse(what, schema, value)
    if (outcome.success) return outcome.data as z.infer<Schema>
    const issue = outcome.error.issues[0]
    const where = issue?.path.map(String).join('.') ?? ''
    const why = `${where === '' ? 'the whole' : where}: ${issue?.message ?? 'invalid'}`
    throw new PeerworkError('MALFORMED', `not a ${what}: ${why}`)
  }
}

/** Values that do not come from a decoder can hold getters that throw. */
function parse(what: string, schema: z.ZodMiniType, value: unknown) {
  try {
    return schema.safeParse(value)
  } catch (error) {
    throw new PeerworkError('MALFORMED', `not a ${what}: ${messageOf(error)}`, {}, error)
  }
}
