/**
 * JSON Schemas as checks, without generating code.
 *
 * A schema from a peer is as hostile as any other input, and so are the values under one of ours:
 * its regular expressions could hang us, its references could fetch or multiply, and schema times
 * value is work enough to stall an agent. So only keywords whose cost can be counted are known
 * (`schema-keywords.ts`), every step of a check is counted, and the check stops at a bound. What is
 * left out, the sandbox checks with the skill's own library.
 */

import { PeerworkError } from '../protocol/errors.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { SCHEMA_LENGTH_MAX } from '../protocol/message/card.ts'
import { KEYWORDS } from './schema-keywords.ts'
import type { Check, Walk } from './schema-step.ts'

/** Says what is wrong with a value, as "at /path: why", or undefined when it fits. */
export type SchemaCheck = (value: JsonValue) => string | undefined

/** Nesting of a schema; real ones stay far below. */
const SCHEMA_DEPTH_MAX = 24
/** Steps of checking one value: at most 300 ms, and enough for any list of numbers in 16 MiB. */
const STEPS_MAX = 20_000_000
/** Schemas inside each other while one value is checked: nesting of the value, times choices. */
const NESTED_MAX = 1_000

/** @throws PeerworkError `MALFORMED` for a schema that is too large or too deep */
export function compileSchema(schema: JsonObject): SchemaCheck {
  checkSize(schema)
  const check = new Compiler(schema).compile(schema)
  return (value) => {
    const walk: Walk = { steps: STEPS_MAX, nested: 0 }
    try {
      const fault = check(value, walk)
      return fault === undefined ? undefined : `at ${fault.startsWith(':') ? '/' : ''}${fault}`
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return `at /: the schema cannot be applied: ${error.message}`
    }
  }
}

/** Turns each part of one schema into a check, once. */
class Compiler {
  readonly #root: JsonObject
  readonly #known = new Map<JsonValue, Check>()

  constructor(root: JsonObject) {
    this.#root = root
  }

  readonly compile = (schema: JsonValue): Check => {
    if (schema === false) return NOTHING
    if (!isSchema(schema)) return ANYTHING
    const known = this.#known.get(schema)
    if (known !== undefined) return known
    const checks: Check[] = []
    const check = together(checks)
    // Before its parts, which may refer to it.
    this.#known.set(schema, check)
    for (const [keyword, argument] of Object.entries(schema)) {
      const make = KEYWORDS.get(keyword)
      const part =
        keyword === '$ref' ? this.#reference(argument) : make?.(argument, schema, this.compile)
      if (part !== undefined) checks.push(part)
    }
    return check
  }

  /** A JSON Pointer into the same schema (RFC 6901); a reference to anywhere else is left out. */
  #reference(pointer: JsonValue): Check | undefined {
    if (typeof pointer !== 'string' || !/^#(?:\/|$)/.test(pointer)) return undefined
    let found: JsonValue | undefined = this.#root
    for (const segment of pointer.split('/').slice(1)) found = inside(found, segment)
    if (found !== undefined) return this.compile(found)
    const fault = `nothing lies at ${pointer.slice(0, 100)}`
    return () => {
      throw new RangeError(fault)
    }
  }
}

/** All checks of one schema; the first fault counts. */
function together(checks: readonly Check[]): Check {
  return (value, walk) => {
    walk.steps -= 1 + checks.length
    if (walk.steps < 0) throw new RangeError('too much work to check')
    if (++walk.nested > NESTED_MAX) throw new RangeError('it refers to itself without end')
    for (const check of checks) {
      const fault = check(value, walk)
      if (fault === undefined) continue
      walk.nested--
      return fault
    }
    walk.nested--
    return undefined
  }
}

const ANYTHING = together([])
const NOTHING = together([() => ': is not allowed'])

function isSchema(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function inside(value: JsonValue | undefined, segment: string): JsonValue | undefined {
  const name = decode(segment).replaceAll('~1', '/').replaceAll('~0', '~')
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as JsonObject)[name]
}

/** A pointer in a URI is percent-encoded; what is no such code means itself. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function checkSize(schema: JsonObject): void {
  const { length } = JSON.stringify(schema)
  if (length > SCHEMA_LENGTH_MAX) {
    const text = `a JSON Schema of ${length} characters, at most ${SCHEMA_LENGTH_MAX}`
    throw new PeerworkError('MALFORMED', text)
  }
  checkDepth(schema, SCHEMA_DEPTH_MAX)
}

function checkDepth(value: JsonValue, left: number): void {
  if (typeof value !== 'object' || value === null) return
  if (left === 0) {
    throw new PeerworkError('MALFORMED', `a JSON Schema nests deeper than ${SCHEMA_DEPTH_MAX}`)
  }
  for (const part of Object.values(value)) checkDepth(part, left - 1)
}
