/**
 * The language of the search: `agent:x status:error cost>0.5 took>2s since:24h "free text"`.
 *
 * Pure. What it does not understand it points out, with the place and with what was likely meant,
 * and never leaves out in silence: a list that ignores a condition would be a wrong answer.
 */

import { FIELDS, fieldOf, nearestField, STATUSES } from './fields.ts'
import type { Field, Operator } from './fields.ts'
import { piecesOf } from './pieces.ts'
import type { Piece } from './pieces.ts'

/** As long as the API lets a value be, characters. */
export const VALUE_MAX = 256

/** A piece that asks for something. Free words are one for all of them. */
export interface Condition {
  readonly pieces: readonly Piece[]
  /** As it was typed. */
  readonly text: string
  readonly parameter: string
  readonly value: string
}

export interface Fault {
  readonly start: number
  readonly end: number
  /** A sentence. */
  readonly words: string
  /** What was likely meant; empty when it is best left out. */
  readonly rest?: string
}

export interface Search {
  readonly conditions: readonly Condition[]
  readonly faults: readonly Fault[]
  /** The whole search as it was likely meant; absent when it is not known of every fault. */
  readonly instead?: string
  /** For the API; only whole when there are no faults. */
  readonly parameters: Readonly<Record<string, string>>
}

export function parseSearch(text: string): Search {
  const conditions: Condition[] = []
  const faults: Fault[] = []
  const words: Piece[] = []
  for (const piece of piecesOf(text)) {
    const read = readPiece(piece)
    if ('words' in read) faults.push({ start: piece.start, end: piece.end, ...read })
    else if (read.field === undefined) words.push(piece)
    else if (conditions.some(({ parameter }) => parameter === read.parameter)) {
      const words = `A search takes ${read.field.name}${read.operator} once; this is the second.`
      faults.push({ start: piece.start, end: piece.end, words, rest: '' })
    } else {
      const { parameter, value } = read
      conditions.push({ pieces: [piece], text: piece.raw, parameter, value })
    }
  }
  if (words.length > 0) addWords(words, conditions, faults)
  const asked = conditions.map(({ parameter, value }) => [parameter, value])
  const instead = mended(text, faults)
  return {
    ...{ conditions, faults, parameters: Object.fromEntries(asked) },
    ...(instead !== undefined && { instead })
  }
}

function mended(text: string, faults: readonly Fault[]): string | undefined {
  if (faults.length === 0 || faults.some(({ rest }) => rest === undefined)) return undefined
  const last = faults.toSorted((a, b) => b.start - a.start)
  return last.reduce((left, fault) => withPiece(left, fault, fault.rest ?? ''), text.trimEnd())
}

function addWords(pieces: readonly Piece[], conditions: Condition[], faults: Fault[]): void {
  const value = pieces.map((piece) => piece.value).join(' ')
  const [first, last] = [pieces[0], pieces.at(-1)]
  if (first === undefined || last === undefined) return
  if (value.length > VALUE_MAX) {
    const words = `The words together are longer than ${VALUE_MAX} characters.`
    faults.push({ start: first.start, end: last.end, words })
    return
  }
  const text = pieces.map(({ raw }) => raw).join(' ')
  conditions.push({ pieces, text, parameter: 'text', value })
}

/** What is wrong with a piece. */
interface Wrong {
  readonly words: string
  /** What to write in its place; empty leaves it out. */
  readonly rest?: string
}
interface Read {
  /** Absent for free words. */
  readonly field?: Field
  readonly operator?: Operator
  readonly parameter: string
  readonly value: string
}

function readPiece(piece: Piece): Read | Wrong {
  const { field: name, operator, value, open, raw } = piece
  if (open) return { words: 'The quote is not closed.', rest: `${raw}"` }
  if (name === undefined || operator === undefined) {
    if (/[\p{L}\p{N}]/u.test(value)) return { parameter: 'text', value }
    if (!/^[:<>=]+$/.test(value)) return { words: 'There is no word in this.', rest: '' }
    return { words: 'A condition has no spaces in it: cost>0.5, for example.' }
  }
  const field = fieldOf(name)
  if (field === undefined) return unknown(piece, name)
  const isOperator = (one: string): one is Operator =>
    (field.operators as readonly string[]).includes(one)
  if (!isOperator(operator)) return misused(piece, field)
  if (value === '') return { words: `After ${field.name}${operator} a value is missing.` }
  if (value.length > VALUE_MAX) {
    return { words: `This is longer than ${VALUE_MAX} characters.` }
  }
  const meant = readValue(field, operator, value)
  if (typeof meant !== 'string') return meant
  return { field, operator, parameter: field.parameter[operator] ?? '', value: meant }
}

function unknown({ raw, operator = '' }: Piece, name: string): Wrong {
  const near = nearestField(name)
  const told = `There is no field “${name}”.`
  if (near === undefined) {
    const names = FIELDS.map((field) => field.name).join(', ')
    const words = `${told} There are ${names}. To look for it as text, put it in quotes.`
    return { words, rest: `"${raw.replaceAll(/["\\]/g, '\\$&')}"` }
  }
  const value = raw.slice(name.length + operator.length)
  const fits = (near.operators as readonly string[]).includes(operator)
  const rest = `${near.name}${fits ? operator : near.operators[0]}${value}`
  return { words: `${told} Was it ${near.name}?`, rest }
}

function misused({ operator = '', raw, field = '' }: Piece, { name, operators, example }: Field) {
  const value = raw.slice(field.length + operator.length)
  const [first = ':'] = operators
  const wanted = first === ':' ? first : operator.startsWith('<') ? '<' : '>'
  const words = `${name} takes ${operators.join(' or ')}, as in ${example}.`
  return { words, rest: `${name}${wanted}${value}` }
}

function readValue(field: Field, operator: Operator, value: string): string | Wrong {
  const { name, value: kind } = field
  if (kind === 'name') return value
  if (kind === 'status') {
    const status = Object.hasOwn(STATUSES, value.toLowerCase())
      ? STATUSES[value.toLowerCase()]
      : undefined
    return status ?? { words: `There is no status “${value}”: ok, error, canceled or open.` }
  }
  if (kind === 'dollars') {
    const dollars = /^\$?(\d{1,15}(?:\.\d{1,15})?)$/.exec(value)?.[1]
    return dollars ?? { words: `“${value}” is no sum of US dollars: 0.5, for example.` }
  }
  return kind === 'duration' ? readDuration(`${name}${operator}`, value) : readTime(value)
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }
}

function readDuration(before: string, value: string): string | Wrong {
  const [, count, unit = ''] = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|min|m|h|d)?$/.exec(value) ?? []
  if (count === undefined) return { words: `“${value}” is no duration: 350ms, 2s, 5min, 1h.` }
  const factor = UNITS[unit]
  if (factor !== undefined) return String(Number((Number(count) * factor).toFixed(6)))
  return { words: 'Of what? Say a unit: ms, s, min or h.', rest: `${before}${count}s` }
}

/** Of the reader's own clock, as the list shows times; the API counts ms since 1970. */
function readTime(value: string): string | Wrong {
  if (/^\d{1,6}[smhd]$/.test(value)) return value
  const told = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?$/.exec(value)
  const ms = told === null ? Number.NaN : new Date(`${told[1]}T${told[2] ?? '00:00'}`).getTime()
  if (!Number.isNaN(ms) && ms >= 0) return String(ms)
  return { words: `“${value}” is no time: 15m, 24h, 7d, or 2026-11-21, or 2026-11-21T10:30.` }
}

/** The text with another piece in the place of one; an empty one leaves no gap. */
function withPiece(text: string, { start, end }: Pick<Piece, 'start' | 'end'>, rest: string) {
  const [before, after] = [text.slice(0, start).trimEnd(), text.slice(end).trimStart()]
  return [before, rest, after].filter((part) => part !== '').join(' ')
}

/** The search without one of its conditions. */
export const without = (text: string, { pieces }: Condition): string =>
  pieces.toReversed().reduce((left, piece) => withPiece(left, piece, ''), text.trimEnd())
