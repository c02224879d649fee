/** Looking into attributes whose names and types others chose. */

import type { JsonObject, JsonValue } from '../../protocol/json.ts'

const own = (attributes: JsonObject, name: string): JsonValue | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined

/** The first of the names that holds a text that is not empty. */
export function textIn(attributes: JsonObject, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = own(attributes, name)
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

/** The first of the names that holds a number from 0; some SDKs write numbers as texts. */
export function numberIn(attributes: JsonObject, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = own(attributes, name)
    const number = typeof value === 'string' && value !== '' ? Number(value) : value
    if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number
  }
  return undefined
}

/** The same, without a fraction. */
export function countIn(attributes: JsonObject, ...names: readonly string[]): number | undefined {
  const number = numberIn(attributes, ...names)
  return number === undefined ? undefined : Math.round(number)
}
