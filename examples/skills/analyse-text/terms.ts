/**
 * Key terms: noun phrases ranked by C-value (Frantzi, Ananiadou and Mima, 2000).
 *
 * A term that only occurs inside a longer one says nothing of its own, so its count is lowered by
 * the mean count of the longer terms around it. The factor log2(1 + words) is the usual variant
 * that lets single words take part.
 */

import type { Token } from './wink.ts'

/** Longest term, words. */
const TERM_WORDS_MAX = 4
/** Shortest single word that can be a term, characters: leaves out initials and units. */
const TERM_LENGTH_MIN = 3

export interface Term {
  /** As it is written most often. */
  readonly term: string
  readonly count: number
  readonly score: number
}

interface Candidate {
  readonly words: number
  count: number
  readonly spellings: Map<string, number>
  /** Counts of the longer candidates that contain it, by key. */
  readonly within: Set<string>
}

const NOUNS = new Set(['NOUN', 'PROPN'])
const PARTS = new Set([...NOUNS, 'ADJ'])

export class Terms {
  readonly #candidates = new Map<string, Candidate>()

  /** Take in the tokens of one piece of text. */
  add(tokens: readonly Token[]): void {
    let phrase: Token[] = []
    for (const token of tokens) {
      if (token.isWord && !token.isStop && PARTS.has(token.pos)) phrase.push(token)
      else {
        this.#addPhrase(phrase)
        phrase = []
      }
    }
    this.#addPhrase(phrase)
  }

  /** The best terms, best first. Those that occur once are left out when there are enough. */
  best(limit: number): Term[] {
    const ranked = [...this.#candidates.values()]
      .map((candidate) => ({
        term: mostFrequent(candidate.spellings),
        count: candidate.count,
        score: round(this.#score(candidate))
      }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || b.count - a.count || (a.term < b.term ? -1 : 1))
    const repeated = ranked.filter(({ count }) => count > 1)
    return (repeated.length >= limit ? repeated : ranked).slice(0, limit)
  }

  #addPhrase(phrase: readonly Token[]): void {
    for (let end = 1; end <= phrase.length; end++) {
      if (!NOUNS.has(phrase[end - 1]?.pos ?? '')) continue
      for (let start = Math.max(0, end - TERM_WORDS_MAX); start < end; start++) {
        this.#addTerm(phrase.slice(start, end))
      }
    }
  }

  #addTerm(term: readonly Token[]): void {
    const text = term.map((token) => token.text).join(' ')
    if (term.length === 1 && text.length < TERM_LENGTH_MIN) return
    const candidate = this.#candidate(keyOf(term), term.length)
    candidate.count++
    candidate.spellings.set(text, (candidate.spellings.get(text) ?? 0) + 1)
    // Only the two one word shorter: what they contain is lowered through them as well.
    if (candidate.count > 1 || term.length === 1) return
    for (const inner of [term.slice(1), term.slice(0, -1)]) {
      this.#candidate(keyOf(inner), inner.length).within.add(keyOf(term))
    }
  }

  #candidate(key: string, words: number): Candidate {
    let candidate = this.#candidates.get(key)
    if (candidate === undefined) {
      candidate = { words, count: 0, spellings: new Map(), within: new Set() }
      this.#candidates.set(key, candidate)
    }
    return candidate
  }

  #score({ words, count, within }: Candidate): number {
    let around = 0
    for (const key of within) around += this.#candidates.get(key)?.count ?? 0
    const own = within.size === 0 ? count : count - around / within.size
    return Math.log2(1 + words) * own
  }
}

const keyOf = (term: readonly Token[]): string => term.map(({ lemma }) => lemma).join(' ')
const round = (score: number): number => Math.round(score * 100) / 100

function mostFrequent(spellings: ReadonlyMap<string, number>): string {
  let best = ''
  for (const [text, count] of spellings) if (count > (spellings.get(best) ?? 0)) best = text
  return best
}
