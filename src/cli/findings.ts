/** Findings of a diagnosis, for people. */

import type { Finding, Level } from '../node/diagnosis/finding.ts'
import type { Style } from './colour.ts'
import { columns, wrap } from './columns.ts'
import type { Output } from './output.ts'
import { plainLabel } from './plain-text.ts'

const STYLES: Readonly<Record<Level, Style>> = { pass: 'green', warn: 'yellow', fail: 'red' }
/** Longest sentence shown, characters: it may quote other agents. */
const WHY_LENGTH_MAX = 1_200
/** Narrowest column of sentences: below it, a terminal breaks lines better than we do. */
const WIDTH_MIN = 30

/** One row a finding, its hint below it. */
export function showFindings(findings: readonly Finding[], out: Output): void {
  const { paint } = out
  const head = 'PASS'.length + 2 + Math.max(0, ...findings.map(({ what }) => what.length)) + 2
  const width = Math.max(WIDTH_MIN, out.columns - head)
  const rows = findings.flatMap(({ level, what, why, hint }) => {
    const sentence = plainLabel(why, WHY_LENGTH_MAX)
    const [first = '', ...rest] = out.tty ? wrap(sentence, width) : [sentence]
    const label = paint(['bold', STYLES[level]], level.toUpperCase())
    const advice = hint === null ? [] : lines(`hint: ${hint}`, width, out)
    return [
      [label, what, first],
      ...rest.map((line) => ['', '', line]),
      ...advice.map((line) => ['', '', paint('cyan', line)])
    ]
  })
  for (const line of columns(rows)) out.line(line)
}

/** `14 passed, 2 warnings, 1 failed`. */
export function tally(findings: readonly Finding[]): string {
  const count = (level: Level): number => findings.filter((one) => one.level === level).length
  const warnings = count('warn') === 1 ? '1 warning' : `${count('warn')} warnings`
  return `${count('pass')} passed, ${warnings}, ${count('fail')} failed`
}

const lines = (text: string, width: number, out: Output): string[] =>
  out.tty ? wrap(text, width) : [text]
