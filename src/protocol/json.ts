/** JSON values from strangers: parsed with a bound on nesting, before any recursive code sees them. */

import { DEPTH_MAX } from './constants.ts'
import { PeerworkError } from './errors.ts'

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

/**
 * Parse UTF-8 JSON.
 *
 * @throws PeerworkError `MALFORMED` for bad UTF-8, bad JSON or nesting beyond `DEPTH_MAX`.
 */
export function parseJson(bytes: Uint8Array): JsonValue {
  checkDepth(bytes)
  try {
    return JSON.parse(decoder.decode(bytes)) as JsonValue
  } catch (error) {
    throw new PeerworkError('MALFORMED', `not valid JSON: ${(error as Error).message}`, {}, error)
  }
}

/**
 * Write a value as UTF-8 JSON, the bytes whose digest gets signed.
 *
 * @throws PeerworkError `INPUT_INVALID` for a value that JSON cannot hold (undefined, function,
 *   BigInt, cycle) or that nests deeper than a peer would accept.
 */
export function encodeJson(value: unknown): Uint8Array {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    throw new PeerworkError('INPUT_INVALID', `not a JSON value: ${(error as Error).message}`, {})
  }
  if (text === undefined) {
    throw new PeerworkError('INPUT_INVALID', `not a JSON value: ${typeof value}`)
  }
  const bytes = encoder.encode(text)
  checkDepth(bytes, 'INPUT_INVALID')
  return bytes
}

/** Count brackets outside strings: linear, allocates nothing, stops at the first excess. */
function checkDepth(bytes: Uint8Array, code: 'MALFORMED' | 'INPUT_INVALID' = 'MALFORMED'): void {
  let depth = 0
  let inString = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (inString) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > DEPTH_MAX) {
        throw new PeerworkError(code, `JSON nests deeper than ${DEPTH_MAX} levels`)
      }
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
}
