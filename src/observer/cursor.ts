/**
 * Where a page ended, as text that only its store reads.
 *
 * A cursor comes back from strangers: it is a place to go on from, never a right, and anything that
 * is not exactly of the expected shape is refused.
 */

import { PeerworkError } from '../protocol/errors.ts'

/** Longest cursor that is looked at, characters: a time and two ids take some hundred. */
const CURSOR_CHARS_MAX = 4_096
/** One letter a field: `i` an integer, `x` hex digits, `s` any text. */
export type CursorShape = string
type Field = number | string

export function writeCursor(...fields: readonly Field[]): string {
  return Buffer.from(JSON.stringify(fields)).toString('base64url')
}

/** @throws PeerworkError `BAD_OPTION` for anything that `writeCursor` would not have written */
export function readCursor(text: string, shape: CursorShape): readonly Field[] {
  const fields = text.length <= CURSOR_CHARS_MAX ? parsed(text) : undefined
  const fits =
    Array.isArray(fields) &&
    fields.length === shape.length &&
    fields.every((field, index) => fitsField(field, shape[index] ?? ''))
  if (!fits) throw new PeerworkError('BAD_OPTION', '`after` is not the `next` of a page')
  return fields as Field[]
}

function parsed(text: string): unknown {
  if (!/^[\w-]*$/.test(text)) return undefined
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function fitsField(field: unknown, letter: string): boolean {
  if (letter === 'i') return Number.isSafeInteger(field)
  if (typeof field !== 'string') return false
  return letter === 's' ? field.isWellFormed() : /^(?:[0-9a-f]{2})*$/.test(field)
}
