/** The small words that message schemas are written in. Unknown fields are refused everywhere. */

import * as z from 'zod/mini'
import {
  LABEL_LENGTH_MAX,
  NAME_LENGTH_MAX,
  NETWORK_NAME,
  SKILL_NAME,
  TASK_LIFE_MS_MAX,
  TEXT_BYTES_MAX
} from './constants.ts'
import { FACT_NAME, FACTS_MAX, isErrorCode, messageOf, PeerworkError } from './errors.ts'
import type { ErrorCode } from './errors.ts'
import { glanceAtFields, glanceOf, isPlain, withGlance } from './glance.ts'
import type { Glance } from './glance.ts'
import { isAgentId } from './identity.ts'
import { fitsBytes, isAgentName, isPrintable, printable } from './text.ts'
import { isTraceparent } from './trace-context.ts'

const TIME_MAX = 8.64e15

const size = (fits: (length: number) => boolean) => {
  const test = (value: unknown): boolean => value instanceof Uint8Array && fits(value.length)
  return withGlance(z.custom<Uint8Array>(test), test)
}
export const bytes = (length: number) => size((have) => have === length)
export const bytesUpTo = (max: number) => size((have) => have <= max)
/** A text that is refused or taken as it is. */
export const exactText = (fits: (value: string) => boolean) =>
  withGlance(z.string().check(z.refine(fits)), (value) => typeof value === 'string' && fits(value))
const name = (form: RegExp) =>
  exactText((value) => value.length <= NAME_LENGTH_MAX && form.test(value))
export const agentId = exactText(isAgentId)
export const network = name(NETWORK_NAME)
export const agentName = exactText(isAgentName)
export const skillName = name(SKILL_NAME)
const ADDRESS = /^\/[\x21-\x7e]{0,255}$/
/** A multiaddr as text: printable ASCII, whatever else is in it. */
export const address = exactText((value) => ADDRESS.test(value))
/** Text for people. Bounded when it comes in, and made one printable line: see `text.ts`. */
const shown = (fits: (value: string) => boolean) =>
  withGlance(
    z.pipe(
      z.string().check(z.refine(fits)),
      z.transform((value: string) => printable(value))
    ),
    (value) => typeof value === 'string' && fits(value) && isPrintable(value)
  )
/** Sentences, up to `TEXT_BYTES_MAX` bytes. */
export const text = shown((value) => fitsBytes(value, TEXT_BYTES_MAX))
/** A label, up to `LABEL_LENGTH_MAX` UTF-16 units. */
export const shortText = shown((value) => value.length <= LABEL_LENGTH_MAX)
/** A label that programs compare: refused rather than cleaned, so that no two become one. */
export const token = exactText((value) => value.length <= LABEL_LENGTH_MAX && isPrintable(value))
export const traceparent = exactText(isTraceparent)
/** A whole number, of which one is the smallest and one the largest. */
export const whole = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  withGlance(z.int().check(z.gte(min), z.lte(max)), (value) => {
    return Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max
  })
/** The version of a body; which one is checked with what else is general to seals. */
export const version = whole(Number.MIN_SAFE_INTEGER)
/** A time, ms since 1970. */
export const time = whole(0, TIME_MAX)
/** A count, size or duration: a whole number from 0. */
export const count = whole(0)
/** A wait in ms; more would overflow a timer or outlive every task. */
export const wait = whole(0, TASK_LIFE_MS_MAX)
const upTo = (max: number) => {
  const test = (value: number): boolean => Number.isFinite(value) && value >= 0 && value <= max
  return withGlance(
    z.number().check(z.refine(test)),
    (value) => typeof value === 'number' && test(value)
  )
}
/** A quantity that need not be whole (cost, fraction): finite and not negative. */
export const quantity = upTo(Number.MAX_VALUE)
/** A part of the whole, 0 to 1. */
export const fraction = upTo(1)
export const flag = withGlance(z.boolean(), (value) => typeof value === 'boolean')
export const errorCode = withGlance(z.custom<ErrorCode>(isErrorCode), isErrorCode)

/** One of a few words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) => {
  const known = new Set<unknown>(words)
  return withGlance(z.enum(words), (value) => known.has(value))
}
/** A field that may be missing. */
export const optional = <Schema extends z.ZodMiniType>(schema: Schema) => {
  const glance = glanceOf(schema)
  return withGlance(z.optional(schema), (value) => value === undefined || glance(value))
}
type Shapes = Readonly<Record<string, z.ZodMiniType>>
/** Exactly these fields. */
export const object = <const Fields extends Shapes>(fields: Fields) =>
  withGlance(z.strictObject(fields), glanceAtFields(fields))
/** One of several objects that say in `type` which they are. */
export const tagged = <const Tag extends string, Fields extends Shapes>(
  tag: Tag,
  fields: Fields
) => {
  const type = withGlance(z.literal(tag), (value) => value === tag)
  const schema = object({ type, ...fields })
  tags.set(schema, tag)
  return schema
}
const tags = new WeakMap<z.ZodMiniType, string>()
type Tagged = z.core.$ZodTypeDiscriminable & z.ZodMiniType
/** Any of these, made by `tagged`. */
export const union = <const Options extends readonly [Tagged, ...Tagged[]]>(options: Options) => {
  const glances = new Map(options.map((option) => [tags.get(option), glanceOf(option)]))
  return withGlance(z.discriminatedUnion('type', options), (value) => {
    const glance = isPlain(value) ? glances.get(value['type'] as string) : undefined
    return glance?.(value) === true
  })
}
/** The schema, and a test of the whole. */
export const also = <Schema extends z.ZodMiniType>(
  schema: Schema,
  test: (value: z.output<Schema>) => boolean,
  fault: string
) => {
  const glance = glanceOf(schema)
  const narrower = schema.check(z.refine(test, fault))
  return withGlance(narrower, (value) => glance(value) && test(value as z.output<Schema>))
}

const fact = z.union([shortText, z.number(), z.boolean(), z.null()])
const glanceAtFact = (value: unknown): boolean =>
  value === null ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  glanceOf(shortText)(value)
const fewNames = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  const names = Object.keys(value)
  return names.length <= FACTS_MAX && names.every((name) => FACT_NAME.test(name))
}
/** Names are checked here and not by the record, which drops a key `__proto__` without a word. */
const few = z.custom<Record<string, unknown>>(fewNames)
export const facts = withGlance(
  z.pipe(few, z.record(z.string(), fact)),
  (value) => isPlain(value) && fewNames(value) && Object.values(value).every(glanceAtFact)
)
export const errorRecord = object({ code: errorCode, message: text, facts: optional(facts) })

/** A list whose length is checked before a single item is. */
export const list = <Item extends z.ZodMiniType>(item: Item, max: number, min = 0) => {
  const fits = (value: unknown): value is unknown[] =>
    Array.isArray(value) && value.length >= min && value.length <= max
  const glance = glanceOf(item)
  return withGlance(
    z.pipe(z.custom<z.input<Item>[]>(fits), z.array(item)),
    (value) => fits(value) && allItems(value, glance)
  )
}

/** Not `every`, which passes over holes. */
function allItems(items: readonly unknown[], glance: Glance): boolean {
  for (const item of items) if (!glance(item)) return false
  return true
}

/** A reader for `open` and for frames: the typed value, or `MALFORMED` with the first fault. */
export function reader<Schema extends z.ZodMiniType>(
  what: string,
  schema: Schema
): (value: unknown) => z.infer<Schema> {
  const glance = glanceOf(schema)
  return (value) => {
    const outcome = parse(what, { schema, glance }, value)
    if (outcome.success) return outcome.data as z.infer<Schema>
    const issue = outcome.error.issues[0]
    const where = issue?.path.map(String).join('.') ?? ''
    const why = `${where === '' ? 'the whole' : where}: ${issue?.message ?? 'invalid'}`
    throw new PeerworkError('MALFORMED', `not a ${what}: ${why}`)
  }
}

/** Whether a reader would take a value. */
export function tester<Schema extends z.ZodMiniType>(
  schema: Schema
): (value: unknown) => value is z.infer<Schema> {
  const glance = glanceOf(schema)
  return (value): value is z.infer<Schema> => glance(value) || schema.safeParse(value).success
}

/** Values that do not come from a decoder can hold getters that throw. */
function parse(what: string, by: { schema: z.ZodMiniType; glance: Glance }, value: unknown) {
  try {
    return by.glance(value) ? ({ success: true, data: value } as const) : by.schema.safeParse(value)
  } catch (error) {
    throw new PeerworkError('MALFORMED', `not a ${what}: ${messageOf(error)}`, {}, error)
  }
}
