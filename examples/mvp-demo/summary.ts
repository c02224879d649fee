/** An analysis in a few lines that fit a terminal. */

import { stripVTControlCharacters } from 'node:util'
import { bold, dim, number } from './paint.ts'

/** What the `analyse-text` skill answers; see its output schema. */
export interface Analysis {
  readonly sentences: {
    readonly count: number
    readonly averageWords: number
    readonly longest: string
  }
  readonly words: { readonly count: number; readonly distinct: number }
  readonly entities: {
    readonly count: number
    readonly list: readonly {
      readonly type: string
      readonly value: string
      readonly count: number
    }[]
  }
  readonly partsOfSpeech: Readonly<Record<string, number>>
  readonly sentiment: {
    readonly score: number
    readonly mostPositive: { readonly text: string; readonly score: number } | null
    readonly mostNegative: { readonly text: string; readonly score: number } | null
  }
  readonly readability: {
    readonly ease: number | null
    readonly grade: number | null
    readonly level: string
  }
  readonly keyTerms: readonly {
    readonly term: string
    readonly count: number
    readonly score: number
  }[]
  readonly readingTimeSeconds: number
}

const SEPARATOR = dim(' · ')
const LABEL_WIDTH = 11
const LINE_WIDTH = 76
const BAR_WIDTH = 20
const TERMS_SHOWN = 8
const PARTS: Readonly<Record<string, string>> = {
  NOUN: 'nouns',
  VERB: 'verbs',
  ADJ: 'adjectives',
  ADV: 'adverbs',
  PROPN: 'names',
  PRON: 'pronouns'
}

export function summaryOf(file: string, analysis: Analysis): string[] {
  const { sentences, words, readability, sentiment, keyTerms } = analysis
  const many = `${count(words.count, 'word')} (${words.distinct} different)`
  const size = `${many} in ${count(sentences.count, 'sentence')}`
  const ease = `Flesch ${readability.ease ?? '–'}`
  const grade = `school grade ${readability.grade ?? '–'}`
  const rows: [label: string, text: string][] = [
    ['size', `${size}, ${duration(analysis.readingTimeSeconds)} to read`],
    ['reads', `${readability.level}: ${ease}, ${grade}`],
    ['mood', `${gauge(sentiment.score)} ${signed(sentiment.score)}`],
    ...moodRow('  best', sentiment.mostPositive),
    ...moodRow('  worst', sentiment.mostNegative),
    [
      'key terms',
      list(keyTerms.slice(0, TERMS_SHOWN).map(({ term, count }) => `${term} ×${count}`))
    ],
    ['entities', list(entityTexts(analysis))],
    ['speech', list(speechTexts(analysis.partsOfSpeech))]
  ]
  const lines = rows.filter(([, text]) => text !== '').flatMap(([label, text]) => row(label, text))
  return [`${dim('╭─')} ${bold(file)}`, ...lines, dim('╰─')]
}

/** One or more lines: a list that is too long goes on below its beginning. */
function row(label: string, text: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const item of text.split(SEPARATOR)) {
    const longer = line === '' ? item : line + SEPARATOR + item
    if (line !== '' && stripVTControlCharacters(longer).length > LINE_WIDTH - LABEL_WIDTH) {
      lines.push(line)
      line = item
    } else line = longer
  }
  return [...lines, line].map((line, at) => {
    return `${dim('│')} ${dim((at === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`
  })
}

function moodRow(
  label: string,
  mood: { text: string; score: number } | null
): [label: string, text: string][] {
  if (mood === null) return []
  return [[label, `“${shorten(mood.text, LINE_WIDTH - LABEL_WIDTH - 10)}” ${signed(mood.score)}`]]
}

function entityTexts({ entities }: Analysis): string[] {
  const byType = new Map<string, string[]>()
  for (const { type, value } of entities.list) {
    const shown = byType.get(type) ?? []
    if (shown.length < 3) byType.set(type, [...shown, shorten(value, 24)])
  }
  const texts = [...byType].map(
    ([type, values]) => `${dim(type.toLowerCase())} ${values.join(', ')}`
  )
  return texts.slice(0, 4)
}

function speechTexts(parts: Readonly<Record<string, number>>): string[] {
  const all = Object.entries(parts).filter(([part]) => part !== 'PUNCT' && part !== 'SYM')
  const total = all.reduce((sum, [, count]) => sum + count, 0)
  return all
    .filter(([part]) => part in PARTS)
    .slice(0, 5)
    .map(([part, count]) => `${PARTS[part]} ${number(`${Math.round((100 * count) / total)} %`)}`)
}

/** A scale from −1 to 1 with a mark on it. */
function gauge(score: number): string {
  const at = Math.round(((score + 1) / 2) * BAR_WIDTH)
  return `${dim('─'.repeat(at))}●${dim('─'.repeat(BAR_WIDTH - at))}`
}

const signed = (score: number): string => number((score > 0 ? '+' : '') + score.toFixed(2))
const list = (texts: readonly string[]): string => texts.join(SEPARATOR)
const count = (amount: number, noun: string): string =>
  `${number(amount.toLocaleString('en'))} ${noun}${amount === 1 ? '' : 's'}`

function duration(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}

function shorten(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`
}
