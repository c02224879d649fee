/** One step of checking a value against a schema, counted. */

import type { JsonObject, JsonValue } from '../protocol/json.ts'

/** What is left of the work on one value. */
export interface Walk {
  steps: number
  nested: number
  /** Names of the large objects in it: to list them costs far more than a step for each. */
  names?: Map<JsonObject, readonly string[]>
}

/** Members from which an object's names are kept. */
const NAMES_KEPT_MIN = 500

/**
 * Says what is wrong, as "/path: why", or undefined. Its work is counted in `walk`, beyond one step
 * for each keyword.
 */
export type Check = (value: JsonValue, walk: Walk) => string | undefined
export type Compile = (schema: JsonValue) => Check
export type Keyword = (
  argument: JsonValue,
  schema: JsonObject,
  compile: Compile
) => Check | undefined

export const isList = (value: JsonValue | undefined): value is readonly JsonValue[] =>
  Array.isArray(value)
export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function spend(walk: Walk, steps: number): void {
  walk.steps -= steps
  if (walk.steps < 0) throw new RangeError('too much work to check')
}

/** The names of an object's members. */
export function namesOf(value: JsonObject, walk: Walk): readonly string[] {
  const known = walk.names?.get(value)
  const names = known ?? Object.keys(value)
  spend(walk, names.length)
  if (known === undefined && names.length > NAMES_KEPT_MIN) {
    walk.names ??= new Map()
    walk.names.set(value, names)
  }
  return names
}
