/** Adds up what the model found, piece by piece, and says it in figures. */

import { Terms } from './terms.ts'
import type { Reading, Sentence } from './wink.ts'

/** Sentences are shown up to this length, characters: enough to recognise them. */
const SHOWN_LENGTH_MAX = 160
const ENTITIES_SHOWN_MAX = 25
/** A sentence needs this many words to stand for the mood of a text. */
const MOOD_WORDS_MIN = 4
/** Silent reading of English non-fiction, words a minute (Brysbaert 2019, 190 studies). */
const READING_WORDS_PER_MINUTE = 238
/** Bare numbers and smileys are the least telling entities of a text: they come last. */
const DULL = new Set(['CARDINAL', 'ORDINAL', 'EMOTICON'])

export class Report {
  readonly #terms = new Terms()
  readonly #pos = new Map<string, number>()
  readonly #entities = new Map<string, { type: string; value: string; count: number }>()
  readonly #distinct = new Set<string>()
  #words = 0
  #syllables = 0
  #sentences = 0
  #sentiment = 0
  #longest: Sentence | undefined
  #best: Sentence | undefined
  #worst: Sentence | undefined

  add(reading: Reading): void {
    let words = 0
    for (const { isWord, pos, lemma } of reading.tokens) {
      if (pos !== 'SPACE') this.#pos.set(pos, (this.#pos.get(pos) ?? 0) + 1)
      if (!isWord) continue
      words++
      this.#distinct.add(lemma)
    }
    this.#words += words
    this.#syllables += syllablesOf(reading, words)
    for (const sentence of reading.sentences) this.#addSentence(sentence)
    for (const { type, value } of reading.entities) this.#addEntity(type, value)
    this.#terms.add(reading.tokens)
  }

  sentences() {
    return {
      count: this.#sentences,
      averageWords: round(this.#words / Math.max(1, this.#sentences), 1),
      longest: shown(this.#longest?.text)
    }
  }

  words() {
    return { count: this.#words, distinct: this.#distinct.size }
  }

  entities() {
    const all = [...this.#entities.values()]
    const dull = (type: string): number => (DULL.has(type) ? 1 : 0)
    all.sort((a, b) => dull(a.type) - dull(b.type) || b.count - a.count)
    return {
      count: all.reduce((sum, { count }) => sum + count, 0),
      list: all.slice(0, ENTITIES_SHOWN_MAX)
    }
  }

  partsOfSpeech(): Record<string, number> {
    return Object.fromEntries([...this.#pos].sort(([, a], [, b]) => b - a))
  }

  sentiment() {
    const score = this.#sentiment / Math.max(1, this.#sentences)
    return {
      score: round(Math.min(1, Math.max(-1, score)), 3),
      mostPositive: moodOf(this.#best),
      mostNegative: moodOf(this.#worst)
    }
  }

  /** Flesch (1948) and Flesch-Kincaid (1975): two formulas over the same two ratios. */
  readability() {
    if (this.#words === 0) return { ease: null, grade: null, level: 'no words' }
    const perSentence = this.#words / this.#sentences
    const perWord = this.#syllables / this.#words
    const ease = 206.835 - 1.015 * perSentence - 84.6 * perWord
    const grade = Math.max(0, 0.39 * perSentence + 11.8 * perWord - 15.59)
    return { ease: round(ease, 1), grade: round(grade, 1), level: levelOf(ease) }
  }

  readingTimeSeconds(): number {
    return Math.ceil((this.#words / READING_WORDS_PER_MINUTE) * 60)
  }

  keyTerms(limit: number) {
    return this.#terms.best(limit)
  }

  #addSentence(sentence: Sentence): void {
    const { words, sentiment } = sentence
    if (words === 0) return
    this.#sentences++
    this.#sentiment += sentiment
    if (words > (this.#longest?.words ?? 0)) this.#longest = sentence
    if (words < MOOD_WORDS_MIN) return
    if (sentiment > (this.#best?.sentiment ?? 0)) this.#best = sentence
    if (sentiment < (this.#worst?.sentiment ?? 0)) this.#worst = sentence
  }

  #addEntity(type: string, value: string): void {
    const key = `${type} ${value.toLowerCase()}`
    const seen = this.#entities.get(key)
    if (seen === undefined) this.#entities.set(key, { type, value: shown(value), count: 1 })
    else seen.count++
  }
}

/**
 * The model reports Flesch's ease, not the syllables behind it; solving the formula gives them
 * back, to half a point of ease, and so pieces of a long text can be added up.
 */
function syllablesOf({ ease, sentences }: Reading, words: number): number {
  if (words === 0 || !Number.isFinite(ease)) return 0
  const perSentence = words / Math.max(1, sentences.length)
  return ((206.835 - 1.015 * perSentence - ease) / 84.6) * words
}

const LEVELS: readonly (readonly [from: number, name: string])[] = [
  [90, 'very easy'],
  [80, 'easy'],
  [70, 'fairly easy'],
  [60, 'plain English'],
  [50, 'fairly difficult'],
  [30, 'difficult']
]

function levelOf(ease: number): string {
  return LEVELS.find(([from]) => ease >= from)?.[1] ?? 'very difficult'
}

function shown(text = ''): string {
  if (text.length <= SHOWN_LENGTH_MAX) return text
  const head = text.slice(0, SHOWN_LENGTH_MAX)
  const space = head.lastIndexOf(' ')
  return `${head.slice(0, space > SHOWN_LENGTH_MAX / 2 ? space : -1)} …`
}

function moodOf(sentence: Sentence | undefined) {
  if (sentence === undefined) return null
  return { text: shown(sentence.text), score: round(sentence.sentiment, 3) }
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
