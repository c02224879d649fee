/** Text from strangers: bounded in bytes, and safe to show in a terminal or a log. */

import { AGENT_NAME, LABEL_LENGTH_MAX } from './constants.ts'

/**
 * What can move a cursor, reorder a line or end it: control characters (C0, C1), line separators,
 * bidirectional marks (Unicode TR9), byte order marks and halves of surrogate pairs.
 */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u{061C}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2066}-\u{2069}\u{FEFF}]/u
const UNPRINTABLE_ALL = new RegExp(UNPRINTABLE, 'gu')
const BLANKS = /[\t\n\r]+/g

/** Whether text is one line that shows as it reads. */
export function isPrintable(text: string): boolean {
  // Nearly all of it is ASCII, and looking is a quarter of asking the expression.
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20 || unit > 0x7e) return !UNPRINTABLE.test(text)
  }
  return true
}

/** What `AGENT_NAME` takes in ASCII. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/

/** The classes of Unicode take 2 ms of a start to compile, so most names are spared them. */
export const isAgentName = (text: string): boolean => PLAIN_NAME.test(text) || AGENT_NAME.test(text)

/** The text as one harmless line: line breaks become spaces, what else cannot be shown U+FFFD. */
export function printable(text: string): string {
  return isPrintable(text) ? text : text.replace(BLANKS, ' ').replace(UNPRINTABLE_ALL, '\u{FFFD}')
}

export function fitsBytes(text: string, bytesMax: number): boolean {
  return text.length <= bytesMax && Buffer.byteLength(text) <= bytesMax
}

const ELLIPSIS = '…'
const encoder = new TextEncoder()

/** A reason or a name cut to what fits in a label on the wire. */
export const clipLabel = (text: string): string => text.slice(0, LABEL_LENGTH_MAX).toWellFormed()

/** The text itself when it fits, else its beginning and an ellipsis; never half a character. */
export function clip(text: string, bytesMax: number): string {
  if (fitsBytes(text, bytesMax)) return text
  const room = new Uint8Array(bytesMax - Buffer.byteLength(ELLIPSIS))
  const { read } = encoder.encodeInto(text, room)
  return text.slice(0, read) + ELLIPSIS
}
