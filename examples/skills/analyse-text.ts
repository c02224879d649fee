/**
 * What a text is about and how it reads: sentences, words, entities, parts of speech, sentiment,
 * readability and key terms, found by wink-nlp with its English model. Needs no network.
 */

import { setImmediate } from 'node:timers/promises'
import { defineSkill } from 'peerwork'
import * as z from 'zod'
import { piecesOf, proseOf } from './analyse-text/prose.ts'
import { Report } from './analyse-text/report.ts'
import { read } from './analyse-text/wink.ts'

/** A novel of 180,000 words; a second of work. Characters. */
const TEXT_LENGTH_MAX = 1024 * 1024
const TERMS_MAX = 50

const mood = z.nullable(z.object({ text: z.string(), score: z.number() }))
const count = z.int().min(0)

// The first call compiles the model's code paths, three times the work of the second: do it now.
read('Alice asks Bob to read 20 pages by Tuesday. It is a wonderful idea, is it not?')

export default defineSkill({
  name: 'analyse-text',
  description:
    'Analyse an English text or Markdown document: sentences, entities, parts of speech, ' +
    'sentiment, readability and key terms.',
  tags: ['text', 'nlp', 'english'],
  models: ['wink-eng-lite-web-model'],
  memoryMb: 384,
  timeoutMs: 60_000,
  input: z.object({
    text: z.string().max(TEXT_LENGTH_MAX).describe('Plain text, Markdown or light HTML'),
    language: z.literal('en').default('en'),
    maxTerms: z.int().min(1).max(TERMS_MAX).default(10)
  }),
  output: z.object({
    sentences: z.object({ count, averageWords: z.number(), longest: z.string() }),
    words: z.object({ count, distinct: count }),
    entities: z.object({
      count,
      list: z.array(z.object({ type: z.string(), value: z.string(), count })).describe('Top 25')
    }),
    partsOfSpeech: z.record(z.string(), count).describe('Universal POS tags'),
    sentiment: z.object({
      score: z.number().min(-1).max(1).describe('Mean of all sentences'),
      mostPositive: mood,
      mostNegative: mood
    }),
    readability: z.object({
      ease: z.nullable(z.number()).describe('Flesch reading ease: higher is easier'),
      grade: z.nullable(z.number()).describe('Flesch-Kincaid grade: years of school'),
      level: z.string()
    }),
    keyTerms: z
      .array(z.object({ term: z.string(), count, score: z.number() }))
      .describe('Noun phrases without stop words, lemmas counted together, ranked by C-value'),
    readingTimeSeconds: count
  }),

  async run({ text, maxTerms }, ctx) {
    const blocks = proseOf(text)
    const pieces = piecesOf(blocks)
    ctx.progress(0.05, `took out markup: ${blocks.length} blocks of prose are left`)
    const report = new Report()
    for (const [at, piece] of pieces.entries()) {
      // A turn of the event loop, so that a cancel can arrive between two pieces.
      await setImmediate()
      ctx.signal.throwIfAborted()
      report.add(read(piece))
      ctx.progress(0.05 + (0.85 * (at + 1)) / pieces.length, `read ${at + 1} of ${pieces.length}`)
    }
    const figures = {
      sentences: report.sentences(),
      words: report.words(),
      entities: report.entities(),
      partsOfSpeech: report.partsOfSpeech(),
      sentiment: report.sentiment(),
      readability: report.readability(),
      readingTimeSeconds: report.readingTimeSeconds()
    }
    ctx.progress(
      0.95,
      `counted ${figures.words.count} words in ${figures.sentences.count} sentences`
    )
    ctx.signal.throwIfAborted()
    const keyTerms = report.keyTerms(maxTerms)
    ctx.progress(1, `ranked ${keyTerms.length} key terms`)
    return { ...figures, keyTerms }
  }
})
