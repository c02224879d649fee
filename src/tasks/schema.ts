/**
 * JSON Schemas as checks, without generating code.
 *
 * A schema from a peer is as hostile as any other input: its regular expressions could hang us, and
 * its references could fetch or multiply. Such parts are left out or counted. The same goes for a
 * schema of ours under hostile values, whose regular expressions the sandbox applies instead.
 */

import type { Schema as JsonSchema } from '@cfworker/json-schema'
import { dereference, validate } from '@cfworker/json-schema'
import { PeerworkError } from '../protocol/errors.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { SCHEMA_BYTES_MAX } from './limits.ts'

/** Says what is wrong with a value, as "at /path: why", or undefined when it fits. */
export type SchemaCheck = (value: JsonValue) => string | undefined

/** Nesting of a peer's schema; real ones stay far below. */
const SCHEMA_DEPTH_MAX = 24
/** Keywords whose cost is for their author to choose. */
const COSTLY = new Set([
  'pattern',
  'patternProperties',
  'format',
  'uniqueItems',
  '$dynamicRef',
  '$recursiveRef'
])
/** References followed for one value: a fraction of a second, and enough for large trees. */
const REFERENCES_MAX = 200_000
/** Keywords below which names are data, not keywords. */
const NAMED = new Set(['properties', '$defs', 'definitions', 'dependentSchemas'])
const LITERAL = new Set(['const', 'enum', 'default', 'examples', 'required', 'dependentRequired'])

/**
 * @param trust `remote` when the schema or the value comes from a stranger, `own` when neither does
 * @throws PeerworkError `MALFORMED` for a schema that is too large, too deep or unusable
 */
export function compileSchema(schema: JsonObject, trust: 'own' | 'remote'): SchemaCheck {
  if (trust === 'remote') checkSize(schema)
  const safe = (trust === 'remote' ? withoutCosts(schema, 0) : schema) as JsonSchema
  const lookup = lookupOf(safe)
  return (value) => {
    try {
      const counted = trust === 'remote' ? counting(lookup) : lookup
      const { valid, errors } = validate(value, safe, '2020-12', counted, true)
      if (valid) return undefined
      const fault = errors.at(-1)
      const where = fault?.instanceLocation.replace(/^#/, '') ?? ''
      return `at ${where === '' ? '/' : where}: ${fault?.error ?? 'does not fit the schema'}`
    } catch (error) {
      return `at /: the schema cannot be applied: ${(error as Error).message.slice(0, 200)}`
    }
  }
}

type Lookup = Record<string, JsonSchema | boolean>

function lookupOf(schema: JsonSchema): Lookup {
  try {
    return dereference(schema)
  } catch (error) {
    throw new PeerworkError('MALFORMED', `unusable JSON Schema: ${(error as Error).message}`)
  }
}

/** Only references can make the work larger than schema times value, so they are counted. */
function counting(lookup: Lookup): Lookup {
  let left = REFERENCES_MAX
  return new Proxy(lookup, {
    get(schemas, uri) {
      if (--left < 0) throw new RangeError(`more than ${REFERENCES_MAX} references followed`)
      return schemas[String(uri)]
    }
  })
}

function checkSize(schema: JsonObject): void {
  const bytes = Buffer.byteLength(JSON.stringify(schema))
  if (bytes <= SCHEMA_BYTES_MAX) return
  const text = `a JSON Schema of ${bytes} bytes, at most ${SCHEMA_BYTES_MAX}`
  throw new PeerworkError('MALFORMED', text)
}

function withoutCosts(schema: JsonValue, depth: number): JsonValue {
  if (depth > SCHEMA_DEPTH_MAX) {
    throw new PeerworkError('MALFORMED', `a JSON Schema nests deeper than ${SCHEMA_DEPTH_MAX}`)
  }
  if (Array.isArray(schema)) {
    return (schema as readonly JsonValue[]).map((part) => withoutCosts(part, depth + 1))
  }
  if (typeof schema !== 'object' || schema === null) return schema
  const kept = Object.entries(schema).filter(([keyword, value]) => keeps(keyword, value))
  return Object.fromEntries(
    kept.map(([keyword, value]): [string, JsonValue] => {
      if (LITERAL.has(keyword)) return [keyword, value]
      if (NAMED.has(keyword)) return [keyword, eachOf(value, depth + 1)]
      return [keyword, withoutCosts(value, depth + 1)]
    })
  )
}

function eachOf(schemas: JsonValue, depth: number): JsonValue {
  if (typeof schemas !== 'object' || schemas === null || Array.isArray(schemas)) return {}
  return Object.fromEntries(
    Object.entries(schemas as JsonObject).map(([name, schema]) => [
      name,
      withoutCosts(schema, depth)
    ])
  )
}

function keeps(keyword: string, value: JsonValue): boolean {
  if (COSTLY.has(keyword) || keyword === '__proto__') return false
  return keyword !== '$ref' || (typeof value === 'string' && value.startsWith('#'))
}
