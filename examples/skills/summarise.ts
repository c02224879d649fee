/**
 * The sentences that say most of a text, each streamed as soon as it is chosen.
 *
 * SumBasic (Nenkova and Vanderwende, 2005): take the sentence whose words are most frequent in the
 * text, then lower those words, so that the next sentence says something else.
 */

import { setImmediate } from 'node:timers/promises'
import { defineSkill } from 'peerwork'
import * as z from 'zod'
import { piecesOf, proseOf } from './analyse-text/prose.ts'
import { read } from './analyse-text/wink.ts'

const TEXT_LENGTH_MAX = 256 * 1024
/** Shorter ones are headings more often than statements, words. */
const SENTENCE_WORDS_MIN = 5

interface Statement {
  readonly text: string
  readonly lemmas: readonly string[]
}

export default defineSkill({
  name: 'summarise',
  description: 'Pick the sentences of an English text that say most of it.',
  tags: ['text', 'nlp', 'english'],
  models: ['wink-eng-lite-web-model'],
  memoryMb: 384,
  input: z.object({
    text: z.string().max(TEXT_LENGTH_MAX),
    sentences: z.int().min(1).max(20).default(3)
  }),
  output: z.object({ summary: z.array(z.string()), of: z.int() }),

  async run({ text, sentences }, ctx) {
    const statements: Statement[] = []
    for (const piece of piecesOf(proseOf(text))) {
      await setImmediate()
      ctx.signal.throwIfAborted()
      statements.push(...read(piece).sentences.flatMap(({ text }) => statementOf(text)))
    }
    ctx.progress(0.9, `weighed ${statements.length} sentences`)
    const summary: string[] = []
    for (const sentence of choose(statements, sentences)) {
      await ctx.emit(sentence)
      summary.push(sentence)
    }
    return { summary, of: statements.length }
  }
})

function statementOf(text: string): Statement[] {
  const words = read(text).tokens.filter(({ isWord }) => isWord)
  if (words.length < SENTENCE_WORDS_MIN) return []
  return [{ text, lemmas: words.filter(({ isStop }) => !isStop).map(({ lemma }) => lemma) }]
}

function* choose(statements: readonly Statement[], count: number): Generator<string> {
  const weights = new Map<string, number>()
  for (const { lemmas } of statements) {
    for (const lemma of lemmas) weights.set(lemma, (weights.get(lemma) ?? 0) + 1)
  }
  const total = [...weights.values()].reduce((sum, times) => sum + times, 0)
  for (const [lemma, times] of weights) weights.set(lemma, times / total)
  const left = new Set(statements)
  while (left.size > 0 && count-- > 0) {
    const best = [...left].reduce((a, b) => (meanOf(b, weights) > meanOf(a, weights) ? b : a))
    left.delete(best)
    for (const lemma of best.lemmas) weights.set(lemma, (weights.get(lemma) ?? 0) ** 2)
    yield best.text
  }
}

function meanOf({ lemmas }: Statement, weights: ReadonlyMap<string, number>): number {
  const sum = lemmas.reduce((sum, lemma) => sum + (weights.get(lemma) ?? 0), 0)
  return sum / Math.max(1, lemmas.length)
}
