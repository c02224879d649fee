/** Texts as keys of an index, which takes only short ones, and words as the search keeps them. */

import { createHash } from 'node:crypto'
import { fitText } from '../merge.ts'
import { wordsOf } from '../sums.ts'

/** UTF-16 units of a text that is its own key: several of them fit into one entry of an index. */
const KEY_UNITS_MAX = 200
/** What a long text keeps of itself, so that its beginning still finds it. */
const HEAD_UNITS = 100
/** Words are cut to this, UTF-16 units. */
const WORD_UNITS_MAX = 64
/** Words of a question, count. */
const ASKED_WORDS_MAX = 16

/** The text itself when it is short, else its beginning and its digest. */
export function keyOf(text: string): string {
  const whole = fitText(text, text.length)
  if (whole.length <= KEY_UNITS_MAX) return whole
  return `${fitText(whole, HEAD_UNITS)}#${digestOf(whole)}`
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What a trace is found by: `agent:alice`. */
export const termOf = (field: string, text: string): string => `${field}:${keyOf(text)}`

/** Words of a text in the letters of the search: without case and without marks. */
export function searchedWords(text: string): string[] {
  const bare = text.normalize('NFD').replaceAll(/\p{M}+/gu, '')
  return wordsOf(bare).map((word) => fitText(word, WORD_UNITS_MAX))
}

export const askedWords = (text: string): string[] => searchedWords(text).slice(0, ASKED_WORDS_MAX)
