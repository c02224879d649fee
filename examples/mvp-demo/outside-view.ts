/** What an observer from outside was asked, and the beginning of what it answered. */

import { stripVTControlCharacters } from 'node:util'
import { bold, dim, ms, number } from './paint.ts'
import type { Seen } from './outside.ts'

const LINE_WIDTH = 96
/** Longest text of one value, characters. */
const VALUE_WIDTH = 60
/** How deep an answer is told field by field; what lies below is told as JSON. */
const DEPTH = 2
const INDENT = '      '

export function outsideOf({ command, url, ms: took, answers }: Seen): string[] {
  const lines = [
    '',
    `${bold('Seen from outside')} by a fourth process that came when all was done:`,
    `  ${dim('$')} ${command}   ${dim(`→ ${url}, has everything after`)} ${number(ms(took))}`,
    `  ${dim('$')} KEY=$(peerwork observe key create demo --scope read)`
  ]
  for (const { line, answer } of answers) {
    lines.push(`  ${dim('$')} ${line}`)
    lines.push(...wrapped(fields(answer, DEPTH)))
  }
  return lines
}

/** `complete 1`, `summary.name "analyse-text"` … */
function fields(value: object, depth: number, before = ''): string[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const isTold = depth > 1 && typeof inner === 'object' && inner !== null
    if (isTold && !Array.isArray(inner)) return fields(inner, depth - 1, `${before}${name}.`)
    return `${dim(before + name)} ${shortened(JSON.stringify(inner))}`
  })
}

function shortened(text: string): string {
  if (text.length <= VALUE_WIDTH) return text
  const more = ` … ${text.length - VALUE_WIDTH} more characters`
  return text.slice(0, VALUE_WIDTH) + dim(more)
}

/** As many to a line as fit. */
function wrapped(items: readonly string[]): string[] {
  const lines: string[] = []
  for (const item of items) {
    const longer = `${lines.at(-1) ?? ''}${dim(' · ')}${item}`
    const fits = stripVTControlCharacters(longer).length <= LINE_WIDTH
    if (fits && lines.length > 0) lines[lines.length - 1] = longer
    else lines.push(INDENT + item)
  }
  return lines
}
