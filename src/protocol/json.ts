/** JSON values from strangers: bounded in nesting before any recursive code sees them. */

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
const encoder = new TextEncoder()

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
  const { suspect } = scan(bytes, 'MALFORMED')
  let value: JsonValue
  let text: string
  try {
    text = decoder.decode(bytes)
    value = JSON.parse(text) as JsonValue
  } catch (error) {
    throw new PeerworkError('MALFORMED', `not valid JSON: ${messageOf(error)}`, {}, error)
  }
  if (suspect || mayHoldPrototype(text)) checkValues(value, 'MALFORMED')
  return value
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
  const bytes = encoder.encode(text)
  scan(bytes, 'INPUT_INVALID')
  if (mayHoldPrototype(text)) checkValues(JSON.parse(text) as JsonValue, 'INPUT_INVALID')
  return bytes
}

type Refusal = 'MALFORMED' | 'INPUT_INVALID'

/**
 * One pass over the bytes, without allocating: counts brackets outside strings and stops at the
 * first excess. `suspect` when a number could be too large for a double.
 */
function scan(bytes: Uint8Array, code: Refusal): { readonly suspect: boolean } {
  let depth = 0
  let digits = 0
  let suspect = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte >= 0x30 && byte <= 0x39) {
      if (++digits > DIGITS_MAX) suspect = true
      continue
    }
    if (digits > 0 && (byte | 0x20) === 0x65) suspect = true
    digits = 0
    if (byte === QUOTE) at = endOfString(bytes, at)
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > DEPTH_MAX) {
        throw new PeerworkError(code, `JSON nests deeper than ${DEPTH_MAX} levels`)
      }
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
  return { suspect }
}

/** Where the string that begins at `at` ends; past the end when it never does. */
function endOfString(bytes: Uint8Array, at: number): number {
  for (let next = at + 1; next < bytes.length; next++) {
    const byte = bytes[next]
    if (byte === QUOTE) return next
    if (byte === BACKSLASH) next++
  }
  return bytes.length
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
