/** The keywords of JSON Schema that look at one value, not at its parts. */

import type { JsonValue } from '../protocol/json.ts'
import { isList, isObject, namesOf, spend } from './schema-step.ts'
import type { Check, Keyword, Walk } from './schema-step.ts'

const TYPES: Record<string, (value: JsonValue) => boolean> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  array: isList,
  object: isObject
}

function type(argument: JsonValue): Check | undefined {
  const names = [...new Set(isList(argument) ? argument : [argument])]
  const tests = names.flatMap((name) => {
    const test = typeof name === 'string' && Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
    return test === undefined ? [] : [test]
  })
  if (tests.length !== names.length) return undefined
  const fault = `: must be ${names.map(String).join(' or ')}`
  const [only] = tests
  if (tests.length === 1) return (value) => (only?.(value) === true ? undefined : fault)
  return (value) => (tests.some((test) => test(value)) ? undefined : fault)
}

function oneOfValues(values: readonly JsonValue[], fault: string): Check {
  const plain = new Set(values.filter((value) => typeof value !== 'object' || value === null))
  const others = values.filter((value) => typeof value === 'object' && value !== null)
  return (value, walk) => {
    if (typeof value !== 'object' || value === null) return plain.has(value) ? undefined : fault
    return others.some((other) => same(value, other, walk)) ? undefined : fault
  }
}

/** Equal as JSON: the order of members does not matter. */
function same(a: JsonValue, b: JsonValue, walk: Walk): boolean {
  spend(walk, 1)
  if (isList(a)) {
    if (!isList(b) || a.length !== b.length) return false
    return a.every((part, index) => same(part, b[index] ?? null, walk))
  }
  if (!isObject(a)) return a === b
  if (!isObject(b)) return false
  const names = namesOf(a, walk)
  if (names.length !== namesOf(b, walk).length) return false
  return names.every(
    (name) => Object.hasOwn(b, name) && same(a[name] ?? null, b[name] ?? null, walk)
  )
}

/**
 * A keyword with a number that bounds some measure of a value; undefined is not measured.
 *
 * @param words what a value must be, with # for the number
 */
function bound(
  measure: (value: JsonValue, walk: Walk) => number | undefined,
  fits: (measured: number, limit: number) => boolean,
  words: string
): Keyword {
  return (limit) => {
    if (typeof limit !== 'number') return undefined
    const fault = `: must ${words.replace('#', String(limit))}`
    return (value, walk) => {
      const measured = measure(value, walk)
      return measured === undefined || fits(measured, limit) ? undefined : fault
    }
  }
}

const numberOf = (value: JsonValue): number | undefined =>
  typeof value === 'number' ? value : undefined
const itemsOf = (value: JsonValue): number | undefined => (isList(value) ? value.length : undefined)
const membersOf = (value: JsonValue, walk: Walk): number | undefined =>
  isObject(value) ? namesOf(value, walk).length : undefined
/** Unicode characters, as the specification counts. */
function lengthOf(value: JsonValue, walk: Walk): number | undefined {
  if (typeof value !== 'string') return undefined
  spend(walk, value.length >> 3)
  let pairs = 0
  for (let index = 0; index < value.length; index++) {
    if ((value.charCodeAt(index) & 0xfc00) !== 0xd800) continue
    if ((value.charCodeAt(index + 1) & 0xfc00) === 0xdc00) pairs++
  }
  return value.length - pairs
}

const atLeast = (measured: number, limit: number): boolean => measured >= limit
const atMost = (measured: number, limit: number): boolean => measured <= limit
/** 0.3 is a multiple of 0.1, though not in binary. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of
  const off = Math.abs(times - Math.round(times))
  return of <= 0 || (Number.isFinite(times) && off <= Number.EPSILON * 4 * Math.max(1, times))
}

export const VALUE_KEYWORDS: readonly (readonly [string, Keyword])[] = [
  ['type', type],
  ['const', (value) => oneOfValues([value], ': must be another constant')],
  [
    'enum',
    (values) =>
      isList(values) ? oneOfValues(values, ': is none of the allowed values') : undefined
  ],
  ['minimum', bound(numberOf, atLeast, 'be at least #')],
  ['maximum', bound(numberOf, atMost, 'be at most #')],
  ['exclusiveMinimum', bound(numberOf, (value, limit) => value > limit, 'be over #')],
  ['exclusiveMaximum', bound(numberOf, (value, limit) => value < limit, 'be under #')],
  ['multipleOf', bound(numberOf, isMultiple, 'be a multiple of #')],
  ['minLength', bound(lengthOf, atLeast, 'have at least # characters')],
  ['maxLength', bound(lengthOf, atMost, 'have at most # characters')],
  ['minItems', bound(itemsOf, atLeast, 'have at least # items')],
  ['maxItems', bound(itemsOf, atMost, 'have at most # items')],
  ['minProperties', bound(membersOf, atLeast, 'have at least # members')],
  ['maxProperties', bound(membersOf, atMost, 'have at most # members')]
]
