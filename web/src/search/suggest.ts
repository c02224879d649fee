/** What may come next while a search is typed: fields first, then the values of the field. */

import { FIELDS, fieldOf, nearestField, TIMES } from './fields.ts'
import type { Field } from './fields.ts'
import { piecesOf, quote } from './pieces.ts'
import type { Piece } from './pieces.ts'

/** Suggestions shown, count: as many as one reads. */
export const SHOWN_MAX = 8

export interface Suggestion {
  /** What is put into the search. */
  readonly text: string
  /** What it means. */
  readonly about: string
  /** It is a field, whose value comes next. */
  readonly isField: boolean
}

/** What is typed at a place of a search. */
export interface Typing {
  /** Characters that a suggestion takes the place of. */
  readonly start: number
  readonly end: number
  /** The field whose value is typed; absent while it is a field or a word. */
  readonly field?: Field
  readonly operator?: string
  readonly word: string
}

/** @param caret place in the text, characters */
export function typingAt(text: string, caret: number): Typing {
  const inside = ({ start, end }: Piece): boolean => start < caret && caret <= end
  // Behind a closed quote a new piece begins.
  const piece = piecesOf(text).find(inside)
  if (piece === undefined) return { start: caret, end: caret, word: '' }
  const { start, end, field, operator = '', valueStart } = piece
  const known = field === undefined ? undefined : fieldOf(field)
  if (known === undefined || caret < valueStart) {
    return { start, end, word: text.slice(start, caret) }
  }
  const word = text
    .slice(valueStart, caret)
    .replace(/^"/, '')
    .replaceAll(/\\(["\\])/g, '$1')
  return { start, end, field: known, operator, word }
}

/** @param values that the observer knows of the field, most frequent first */
export function suggestionsFor(typing: Typing, values: readonly string[] = []): Suggestion[] {
  const { field, operator: typed, word } = typing
  if (field === undefined) return fieldsFor(word)
  const operator = field.operators.find((one) => one === typed) ?? field.operators[0] ?? ':'
  const told = (text: string, about: string): Suggestion => ({
    ...{ text: `${field.name}${operator}${quote(text)}`, about, isField: false }
  })
  const found = candidatesOf(field, values).filter(([text]) => text.startsWith(word))
  return found.slice(0, SHOWN_MAX).map(([text, about]) => told(text, about))
}

function fieldsFor(word: string): Suggestion[] {
  const typed = word.toLowerCase()
  const begun = FIELDS.filter(({ name }) => name.startsWith(typed))
  const near = begun.length === 0 ? nearestField(typed) : undefined
  return [...begun, ...(near === undefined ? [] : [near])].map((field) => ({
    ...{ text: `${field.name}${field.operators[0] ?? ':'}`, about: field.about, isField: true }
  }))
}

type Candidate = readonly [text: string, about: string]
const STATUS_WORDS: readonly Candidate[] = [
  ['error', 'it failed'],
  ['ok', 'it went well'],
  ['open', 'it is running'],
  ['canceled', 'it was called off']
]

function candidatesOf(field: Field, values: readonly string[]): readonly Candidate[] {
  if (field.value === 'status') return STATUS_WORDS
  if (field.value === 'time') return TIMES.map((text) => [text, `${text} ago`])
  if (field.value === 'dollars') return ['0.01', '0.1', '1', '10'].map((text) => [text, `$${text}`])
  if (field.value === 'duration') return ['1s', '10s', '1min', '10min'].map((text) => [text, ''])
  return values.map((text) => [text, ''])
}

/** The search with a suggestion taken, and where the caret goes. */
export function take(text: string, { start, end }: Typing, { text: taken, isField }: Suggestion) {
  const rest = text.slice(end).trimStart()
  const before = `${text.slice(0, start)}${taken}${isField ? '' : ' '}`
  return {
    text: isField && rest !== '' ? `${before} ${rest}` : before + rest,
    caret: before.length
  }
}
