/** wink-nlp with its English model, loaded once: some 70 ms, paid before the first task comes. */

import model from 'wink-eng-lite-web-model'
import winkNLP from 'wink-nlp'

/** Asks for one property of a token, a span or the document; a handle, never called from here. */
type Ask<T> = (() => T) & { readonly answers?: T }
type Answers<T, Whole> = Whole extends 'each' ? T[] : T
interface Part<Whole extends 'each' | 'one'> {
  out(): Answers<string, Whole>
  out<T>(ask: Ask<T>): Answers<T, Whole>
}

/** What is used of wink; its own types leave out the helpers that need the model. */
interface Wink {
  readonly its: {
    readonly lemma: Ask<string>
    readonly pos: Ask<string>
    readonly type: Ask<string>
    readonly stopWordFlag: Ask<boolean>
    /** First and last token. */
    readonly span: Ask<readonly number[]>
    readonly sentiment: Ask<number>
    readonly detail: Ask<{ readonly type: string; readonly value: string }>
    readonly readabilityStats: Ask<{ readonly fres: number }>
  }
  readDoc(text: string): Part<'one'> & {
    tokens(): Part<'each'>
    entities(): Part<'each'>
    sentences(): { each(visit: (sentence: Part<'one'>) => void): void }
  }
}

const wink = winkNLP(model) as unknown as Wink

/** One sentence as the analysis needs it. */
export interface Sentence {
  readonly text: string
  readonly words: number
  /** −1 to 1 */
  readonly sentiment: number
}

export interface Token {
  /** As written. */
  readonly text: string
  readonly lemma: string
  readonly pos: string
  readonly isWord: boolean
  readonly isStop: boolean
}

/** What the model found in one piece of text. */
export interface Reading {
  readonly tokens: readonly Token[]
  readonly sentences: readonly Sentence[]
  readonly entities: readonly { readonly type: string; readonly value: string }[]
  /** Flesch reading ease, rounded; NaN without words. */
  readonly ease: number
}

export function read(piece: string): Reading {
  const { its } = wink
  const doc = wink.readDoc(piece)
  const all = doc.tokens()
  const lemmas = all.out(its.lemma)
  const parts = all.out(its.pos)
  const types = all.out(its.type)
  const stops = all.out(its.stopWordFlag)
  const tokens = all.out().map((text, at) => ({
    text,
    lemma: lemmas[at] ?? text,
    pos: parts[at] ?? 'X',
    isWord: types[at] === 'word',
    isStop: stops[at] === true
  }))
  const sentences: Sentence[] = []
  doc.sentences().each((sentence) => {
    const [first = 0, last = -1] = sentence.out(its.span)
    const words = tokens.slice(first, last + 1).filter(({ isWord }) => isWord).length
    sentences.push({ text: sentence.out(), words, sentiment: sentence.out(its.sentiment) })
  })
  const entities = doc.entities().out(its.detail)
  return { tokens, sentences, entities, ease: doc.out(its.readabilityStats).fres }
}
