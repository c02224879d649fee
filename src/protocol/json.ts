/** JSON values from strangers: bounded in nesting before any recursive code sees them. */

import { utf8Of } from './bytes.ts'
import { DEPTH_MAX } from './constants.ts'
import { messageOf, PeerworkError } from './errors.ts'

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

export type JsonObject = { readonly [key: string]: JsonValue }

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** The longest run of digits that is surely finite: the largest double has 309. */
const DIGITS_MAX = 308

/**
 * Parse UTF-8 JSON.
 *
 * @throws PeerworkError `MALFORMED` for bad UTF-8, bad JSON, nesting beyond `DEPTH_MAX`, numbers
 *   beyond a double, and for a key `__proto__`: code that copies fields would set a prototype.
 */
export function parseJson(bytes: Uint8Array): JsonValue {
  const text = parsed(() => decoder.decode(bytes))
  const { suspect } = scan(text, 'MALFORMED')
  const value = parsed(() => JSON.parse(text) as JsonValue)
  if (suspect || mayHoldPrototype(text)) checkValues(value, 'MALFORMED')
  return value
}

function parsed<Value>(parse: () => Value): Value {
  try {
    return parse()
  } catch (error) {
    throw new PeerworkError('MALFORMED', `not valid JSON: ${messageOf(error)}`, {}, error)
  }
}

/**
 * Write a value as UTF-8 JSON, the bytes whose digest gets signed. As in `JSON.stringify`, NaN and
 * infinities become null.
 *
 * @throws PeerworkError `INPUT_INVALID` for a value that JSON cannot hold (undefined, function,
 *   BigInt, cycle) or that a peer would refuse in `parseJson`.
 */
export function encodeJson(value: unknown): Uint8Array {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    throw new PeerworkError('INPUT_INVALID', `not a JSON value: ${messageOf(error)}`, {})
  }
  if (text === undefined) {
    throw new PeerworkError('INPUT_INVALID', `not a JSON value: ${typeof value}`)
  }
  scan(text, 'INPUT_INVALID')
  if (mayHoldPrototype(text)) checkValues(JSON.parse(text) as JsonValue, 'INPUT_INVALID')
  return utf8Of(text)
}

type Refusal = 'MALFORMED' | 'INPUT_INVALID'

/**
 * One pass over the text, without allocating: counts brackets outside strings and stops at the
 * first excess. `suspect` when a number could be too large for a double.
 */
function scan(text: string, code: Refusal): { readonly suspect: boolean } {
  let depth = 0
  let digits = 0
  let suspect = false
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= 0x30 && unit <= 0x39) {
      if (++digits > DIGITS_MAX) suspect = true
      continue
    }
    if (digits > 0 && (unit | 0x20) === 0x65) suspect = true
    digits = 0
    if (unit === QUOTE) at = endOfString(text, at)
    else if (unit === 0x5b || unit === 0x7b) {
      if (++depth > DEPTH_MAX) {
        throw new PeerworkError(code, `JSON nests deeper than ${DEPTH_MAX} levels`)
      }
    } else if (unit === 0x5d || unit === 0x7d) depth--
  }
  return { suspect }
}

/**
 * Where the string that begins at `at` ends; past the end when it never does. It jumps from quote
 * to quote, and looks back for what escapes them: no unit is looked at twice.
 */
function endOfString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1)
  for (; end >= 0; end = text.indexOf('"', end + 1)) {
    let start = end
    while (text.charCodeAt(start - 1) === BACKSLASH) start--
    if ((end - start) % 2 === 0) return end
  }
  return text.length
}

/** Cheap and never wrong when it says no: the name as it is, or any escape that could spell it. */
const mayHoldPrototype = (text: string): boolean =>
  text.includes('__proto__') || text.includes('\\u00')

/** Depth is bounded by then, so recursion is. */
function checkValues(value: JsonValue, code: Refusal): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new PeerworkError(code, 'a number too large for JSON')
  }
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '__proto__')) {
    throw new PeerworkError(code, 'the key __proto__ is refused')
  }
  for (const part of Object.values(value)) checkValues(part, code)
}
