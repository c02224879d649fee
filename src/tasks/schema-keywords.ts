/**
 * The keywords of JSON Schema (draft 2020-12) that can be checked in steps that can be counted.
 *
 * Left out are those whose cost their author chooses (`pattern`, `patternProperties`, `format`,
 * `uniqueItems`), those that need the outcome of others (`unevaluated…`), and dynamic references.
 * A keyword whose argument has the wrong form says nothing.
 */

import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { isList, isObject, namesOf, spend } from './schema-step.ts'
import type { Check, Compile, Keyword } from './schema-step.ts'
import { VALUE_KEYWORDS } from './schema-values.ts'

/** A part's fault, with the part's name in front (RFC 6901). */
function at(name: string | number, fault: string | undefined): string | undefined {
  if (fault === undefined) return undefined
  const short = String(name).slice(0, 100)
  const text = short.replaceAll('~', '~0').replaceAll('/', '~1')
  return `/${text}${fault}`
}

function properties(argument: JsonValue, _schema: JsonObject, compile: Compile): Check | undefined {
  if (!isObject(argument)) return undefined
  const checks = Object.entries(argument).map(([name, part]) => [name, compile(part)] as const)
  return (value, walk) => {
    if (!isObject(value)) return undefined
    spend(walk, checks.length)
    for (const [name, check] of checks) {
      if (!Object.hasOwn(value, name)) continue
      const fault = check(value[name] ?? null, walk)
      if (fault !== undefined) return at(name, fault)
    }
    return undefined
  }
}

function additional(argument: JsonValue, schema: JsonObject, compile: Compile): Check | undefined {
  const { properties: own = {}, patternProperties } = schema
  // Which members those patterns would allow is not known here.
  if (patternProperties !== undefined) return undefined
  const named = new Set(isObject(own) ? Object.keys(own) : [])
  const check = compile(argument)
  return (value, walk) => {
    if (!isObject(value)) return undefined
    for (const name of namesOf(value, walk)) {
      const fault = named.has(name) ? undefined : check(value[name] ?? null, walk)
      if (fault !== undefined) return at(name, fault)
    }
    return undefined
  }
}

function required(argument: JsonValue): Check | undefined {
  if (!isList(argument)) return undefined
  const names = argument.filter((name) => typeof name === 'string')
  return (value, walk) => {
    if (!isObject(value)) return undefined
    spend(walk, names.length)
    const missing = names.find((name) => !Object.hasOwn(value, name))
    return missing === undefined ? undefined : `: ${missing} is missing`
  }
}

function propertyNames(argument: JsonValue, _: JsonObject, compile: Compile): Check {
  const check = compile(argument)
  return (value, walk) => {
    if (!isObject(value)) return undefined
    for (const name of namesOf(value, walk)) {
      const fault = check(name, walk)
      if (fault !== undefined) return at(name, fault)
    }
    return undefined
  }
}

function items(argument: JsonValue, { prefixItems }: JsonObject, compile: Compile): Check {
  const check = compile(argument)
  const from = isList(prefixItems) ? prefixItems.length : 0
  return (value, walk) => {
    if (!isList(value)) return undefined
    for (let index = from; index < value.length; index++) {
      const fault = check(value[index] ?? null, walk)
      if (fault !== undefined) return at(index, fault)
    }
    return undefined
  }
}

function prefix(argument: JsonValue, _schema: JsonObject, compile: Compile): Check | undefined {
  if (!isList(argument)) return undefined
  const checks = argument.map((part) => compile(part))
  return (value, walk) => {
    if (!isList(value)) return undefined
    for (const [index, check] of checks.slice(0, value.length).entries()) {
      const fault = check(value[index] ?? null, walk)
      if (fault !== undefined) return at(index, fault)
    }
    return undefined
  }
}

function contains(argument: JsonValue, schema: JsonObject, compile: Compile): Check {
  const check = compile(argument)
  const { minContains, maxContains } = schema
  const least = typeof minContains === 'number' ? minContains : 1
  const most = typeof maxContains === 'number' ? maxContains : Number.POSITIVE_INFINITY
  const fault = ': must contain other items, or another number of them'
  return (value, walk) => {
    if (!isList(value)) return undefined
    const count = value.filter((part) => check(part, walk) === undefined).length
    return count >= least && count <= most ? undefined : fault
  }
}

/** Why each choice does not fit, of so many, in so many characters each. */
const WHYS_MAX = 3
const WHY_LENGTH_MAX = 100

/** The faults of choices as one addition to a sentence, each said once. */
function because(faults: readonly string[]): string {
  const whys = faults.map((fault) => fault.replace(/^: /, ''))
  const told = [...new Set(whys)].slice(0, WHYS_MAX).map((why) => why.slice(0, WHY_LENGTH_MAX))
  return told.length === 0 ? '' : ` (${told.join('; ')})`
}

/** A keyword with a list of schemas, of which some number must fit. */
function choices(
  fits: (count: number, of: number) => boolean,
  most: number,
  fault: string
): Keyword {
  return (argument, _schema, compile) => {
    if (!isList(argument)) return undefined
    const checks = argument.map((part) => compile(part))
    return (value, walk) => {
      let count = 0
      const faults: string[] = []
      for (const check of checks) {
        const why = check(value, walk)
        if (why === undefined && ++count >= most) break
        if (why !== undefined && faults.length < WHYS_MAX) faults.push(why)
      }
      if (fits(count, checks.length)) return undefined
      return count === 0 ? fault + because(faults) : fault
    }
  }
}

function all(argument: JsonValue, _schema: JsonObject, compile: Compile): Check | undefined {
  if (!isList(argument)) return undefined
  const checks = argument.map((part) => compile(part))
  return (value, walk) => {
    for (const check of checks) {
      const fault = check(value, walk)
      if (fault !== undefined) return fault
    }
    return undefined
  }
}

function not(argument: JsonValue, _schema: JsonObject, compile: Compile): Check {
  const check = compile(argument)
  return (value, walk) =>
    check(value, walk) === undefined ? ': must be something else' : undefined
}

function condition(argument: JsonValue, schema: JsonObject, compile: Compile): Check {
  const check = compile(argument)
  const yes = compile(schema['then'] ?? true)
  const no = compile(schema['else'] ?? true)
  return (value, walk) => (check(value, walk) === undefined ? yes : no)(value, walk)
}

export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ...VALUE_KEYWORDS,
  ['properties', properties],
  ['additionalProperties', additional],
  ['required', required],
  ['propertyNames', propertyNames],
  ['items', items],
  ['prefixItems', prefix],
  ['contains', contains],
  ['anyOf', choices((count) => count > 0, 1, ': fits none of the choices')],
  ['oneOf', choices((count) => count === 1, 2, ': must fit exactly one of the choices')],
  ['allOf', all],
  ['not', not],
  ['if', condition]
])
