/** The text of a search, cut into its pieces: conditions such as `agent:x`, and free words. */

export interface Piece {
  /** Characters of the text, from (inclusive) to (exclusive). */
  readonly start: number
  readonly end: number
  /** As it was typed. */
  readonly raw: string
  /** Before the operator; absent for free words. */
  readonly field?: string
  /** As it was typed: some of them are none. */
  readonly operator?: string
  /** Without its quotes. */
  readonly value: string
  /** Where the value begins, its quote included. */
  readonly valueStart: number
  /** It begins with a quote. */
  readonly quoted: boolean
  /** Its quote is not closed. */
  readonly open: boolean
}

const FIELD = /^([\p{L}_][\p{L}\p{N}_.-]*)(:|>=|<=|=|>|<)/u
const SPACE = /\s/u

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  for (let at = 0; at < text.length;) {
    if (SPACE.test(text[at] ?? '')) at++
    else {
      const piece = pieceAt(text, at)
      pieces.push(piece)
      at = piece.end
    }
  }
  return pieces
}

function pieceAt(text: string, start: number): Piece {
  const [head = '', field, operator] = FIELD.exec(text.slice(start)) ?? []
  const valueStart = start + head.length
  const { value, end, quoted, open } = valueAt(text, valueStart)
  const named = field === undefined || operator === undefined ? {} : { field, operator }
  const raw = text.slice(start, end)
  return { start, end, raw, ...named, value, valueStart, quoted, open }
}

function valueAt(text: string, start: number) {
  if (text[start] !== '"') {
    let end = start
    while (end < text.length && !SPACE.test(text[end] ?? '')) end++
    return { value: text.slice(start, end), end, quoted: false, open: false }
  }
  let value = ''
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at] ?? ''
    const next = text[at + 1]
    if (char === '"') return { value, end: at + 1, quoted: true, open: false }
    if (char === '\\' && (next === '"' || next === '\\')) {
      value += next
      at++
    } else value += char
  }
  return { value, end: text.length, quoted: true, open: true }
}

/** A value as it is typed: in quotes where it would fall into pieces without. */
export function quote(value: string): string {
  if (value !== '' && !/[\s"\\]/u.test(value)) return value
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}
