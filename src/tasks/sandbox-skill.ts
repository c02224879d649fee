/** Loads a skill file and checks what it exports. Runs inside the sandbox. */

import type { $ZodType } from 'zod/v4/core'
import { NAME_LENGTH_MAX, SKILL_NAME } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { CONCURRENCY_MAX, MEMORY_MB, MEMORY_MB_MAX, MEMORY_MB_MIN } from './limits.ts'
import type { Price } from '../protocol/message/card.ts'
import type { LoadedSkill } from './sandbox-messages.ts'
import type { Schema, SchemaIssue, SkillDefinition } from './skill.ts'
import { describeLoadFailure } from './thrown.ts'

export interface ReadySkill {
  readonly definition: SkillDefinition
  readonly config: JsonValue
  readonly offer: LoadedSkill
}

type Check = readonly [fits: (value: unknown) => boolean, what: string]
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
const wholeFrom = (from: number, to: number): Check => [
  (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= to,
  `a whole number from ${from} to ${to}`
]
const isSchema = (value: unknown): boolean => {
  if (!isObject(value) && typeof value !== 'function') return false
  const standard = (value as Partial<Schema>)['~standard']
  return isObject(standard) && standard.version === 1 && typeof standard.validate === 'function'
}
/** `zod/mini` cannot print itself; Zod's own function does it for every schema of that library. */
const prints = (value: unknown): boolean => {
  const { vendor, jsonSchema } = (value as Schema)['~standard']
  return vendor === 'zod' || isObject(jsonSchema)
}
const textsOrFunction: Check = [
  (value) => typeof value === 'function' || isTexts(value),
  'a list of strings, or a function of the config that returns one'
]
/** As the card has it, whose own check would bring in what a runner may not read. */
const isPrice = (value: unknown): value is Price => {
  return (
    isObject(value) &&
    Object.entries(value).every(([name, amount]) => {
      const known = name === 'perThousandTokens' || name === 'perTask'
      return known && (amount === undefined || (Number.isFinite(amount) && Number(amount) >= 0))
    })
  )
}
const schemaCheck: Check = [
  (value) => isSchema(value) && prints(value),
  'a Standard Schema that prints JSON Schema, such as one of Zod 4.2 or later'
]

const REQUIRED: Record<string, Check> = {
  name: [
    (value) =>
      typeof value === 'string' && value.length <= NAME_LENGTH_MAX && SKILL_NAME.test(value),
    'lower-case words joined by dashes, at most 64 characters'
  ],
  description: [
    (value) => typeof value === 'string' && value.trim() !== '' && value.length <= 1000,
    'a sentence of at most 1000 characters'
  ],
  input: schemaCheck,
  output: schemaCheck,
  run: [(value) => typeof value === 'function', 'a function']
}
const OPTIONAL: Record<string, Check> = {
  config: [isSchema, 'a Standard Schema'],
  tags: [isTexts, 'a list of strings'],
  models: textsOrFunction,
  hosts: textsOrFunction,
  price: [
    (value) => typeof value === 'function' || isPrice(value),
    'an object of perThousandTokens and perTask, numbers from 0, or a function that returns one'
  ],
  memoryMb: wholeFrom(MEMORY_MB_MIN, MEMORY_MB_MAX),
  concurrency: wholeFrom(1, CONCURRENCY_MAX),
  timeoutMs: wholeFrom(1, 24 * 60 * 60 * 1000)
}

/**
 * @throws PeerworkError `SKILL_LOAD_FAILED` when the file cannot be imported, `SKILL_INVALID` when
 *   its default export is no skill or the operator's configuration does not fit
 */
export async function loadSkill(file: string, config: JsonObject | null): Promise<ReadySkill> {
  const definition = checkDefinition(await importFile(file))
  const checked = await checkConfig(definition, config)
  return { definition, config: checked, offer: await offerOf(definition, checked) }
}

async function importFile(file: string): Promise<unknown> {
  try {
    const loaded = (await import(file)) as { default?: unknown }
    // An empty file is taken for CommonJS, which exports an empty object.
    const { default: value } = loaded
    return isObject(value) && Object.keys(value).length === 0 ? undefined : value
  } catch (error) {
    const why = describeLoadFailure(error, file)
    throw new PeerworkError('SKILL_LOAD_FAILED', `importing it failed: ${why}`)
  }
}

function invalid(why: string): PeerworkError {
  return new PeerworkError('SKILL_INVALID', why)
}

function checkDefinition(value: unknown): SkillDefinition {
  if (value === undefined) {
    throw invalid('the file has no default export; write: export default defineSkill({ … })')
  }
  if (!isObject(value)) throw invalid('the default export is not an object; use defineSkill')
  for (const [field, [fits, what]] of Object.entries(REQUIRED)) {
    if (value[field] === undefined) throw invalid(`${field} is missing: ${what}`)
    if (!fits(value[field])) throw invalid(`${field} must be ${what}`)
  }
  for (const field of Object.keys(value)) {
    if (Object.hasOwn(REQUIRED, field)) continue
    const check = Object.hasOwn(OPTIONAL, field) ? OPTIONAL[field] : undefined
    if (check === undefined) throw invalid(`${field} is not a field of a skill`)
    if (value[field] !== undefined && !check[0](value[field])) {
      throw invalid(`${field} must be ${check[1]}`)
    }
  }
  return value as unknown as SkillDefinition
}

async function checkConfig(
  definition: SkillDefinition,
  config: JsonObject | null
): Promise<JsonValue> {
  if (definition.config === undefined) return config
  const checked = await definition.config['~standard'].validate(config ?? {})
  if (checked.issues !== undefined) {
    throw invalid(`its configuration does not fit: ${describeIssues(checked.issues)}`)
  }
  return checked.value as JsonValue
}

async function offerOf(definition: SkillDefinition, config: JsonValue): Promise<LoadedSkill> {
  const { name, description } = definition
  return {
    name,
    description,
    input: await print(definition.input, 'input'),
    output: await print(definition.output, 'output'),
    tags: definition.tags ?? [],
    models: listOf('models', definition.models, config),
    price: priceOf(definition.price, config),
    hosts: listOf('hosts', definition.hosts, config),
    memoryMb: definition.memoryMb ?? MEMORY_MB,
    concurrency: definition.concurrency ?? 1,
    timeoutMs: definition.timeoutMs ?? null
  }
}

function priceOf(price: SkillDefinition['price'], config: JsonValue): Price | null {
  const stated = typeof price === 'function' ? price(config) : price
  if (stated === undefined) return null
  if (isPrice(stated)) return stated
  throw invalid('price must return an object of perThousandTokens and perTask, numbers from 0')
}

/** The JSON Schema of what goes in, or of what comes out after the schema's transforms. */
async function print(schema: Schema, side: 'input' | 'output'): Promise<JsonObject> {
  let printed: unknown
  try {
    const { jsonSchema } = schema['~standard']
    printed = jsonSchema?.[side]({ target: 'draft-2020-12' }) ?? (await printZod(schema, side))
  } catch (error) {
    throw invalid(`${side} cannot be printed as JSON Schema: ${(error as Error).message}`)
  }
  return JSON.parse(JSON.stringify(printed)) as JsonObject
}

async function printZod(schema: Schema, io: 'input' | 'output'): Promise<unknown> {
  const { toJSONSchema } = await import('zod/v4/core')
  return toJSONSchema(schema as unknown as $ZodType, { io, target: 'draft-2020-12' })
}

function listOf(
  field: string,
  given: readonly string[] | ((config: never) => readonly string[]) | undefined,
  config: JsonValue
): readonly string[] {
  if (given === undefined) return []
  const list: unknown = typeof given === 'function' ? given(config as never) : given
  if (!isTexts(list)) throw invalid(`${field} must return a list of strings`)
  return list as readonly string[]
}

/** The first issues in words: "at user.name: expected string". */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  const shown = issues.slice(0, 3).map(({ path, message }) => {
    const keys = (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
    return keys.length === 0 ? message : `at /${keys.join('/')}: ${message}`
  })
  const more = issues.length - shown.length
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
}
