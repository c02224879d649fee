/**
 * Who could get a task, best first, and why each won or lost: a table, and where that is too wide
 * for the terminal a narrower one with what does not fit below each row.
 */

import type { RouteCandidate, RouteExplanation } from '../node/routing/told.ts'
import { columns, pad, widthOf, wrap } from './columns.ts'
import { hueOf } from './colour.ts'
import { shortId } from './names.ts'
import type { Output } from './output.ts'
import { plainLabel } from './plain-text.ts'
import { formatDuration } from './units.ts'

const HEAD = ['', 'NAME', 'ID', 'SCORE', 'STANDING', 'LOAD', 'PRICE', 'AWAY', 'LINK', 'WHY']
const NARROW_HEAD = ['', 'NAME', 'SCORE', 'STANDING', 'LOAD', 'PRICE', 'AWAY', 'LINK']
/** Cells that are numbers in the narrow table, from this one on: they end below each other. */
const NUMBERS_FROM = 2
/** Where the lines below a row begin, columns. */
const INDENT = 3
const WHY_WIDTH = 120
const SIGN = { chosen: '→', next: ' ', 'left out': '–' } as const

export function showRoute(route: RouteExplanation, out: Output): void {
  const { candidates, others, skill } = route
  if (candidates.length > 0) for (const line of tableOf(candidates, out)) out.line(line)
  if (others === 0) return
  const who = others === 1 ? '1 other peer does' : `${others} other peers do`
  out.line(out.paint('dim', `${who} not offer ${plainLabel(skill, 64)}`))
}

function tableOf(candidates: readonly RouteCandidate[], out: Output): string[] {
  const head = (titles: readonly string[]) => titles.map((text) => out.paint('dim', text))
  const wide = columns([head(HEAD), ...candidates.map((one) => wideRow(one, out))])
  if (wide.every((line) => widthOf(line) <= out.columns)) return wide
  const rows = [head(NARROW_HEAD), ...candidates.map((one) => narrowRow(one, out))]
  const [titles = '', ...lines] = columns(endAligned(rows))
  return [titles, ...candidates.flatMap((one, at) => [lines[at] ?? '', ...below(one, out)])]
}

function wideRow(candidate: RouteCandidate, { paint }: Output): string[] {
  const { peer, why, score, points, facts } = candidate
  const numbers =
    score === undefined || points === undefined || facts === undefined
      ? ['', '', '', '', '', '']
      : [
          paint('bold', score.toFixed(1)),
          `${points.standing.toFixed(1)} ${paint('dim', `of ${count(facts.done)}`)}`,
          `${points.load.toFixed(1)} ${paint('dim', full(facts.fill))}`,
          `${points.price.toFixed(1)} ${paint('dim', facts.cost === 0 ? 'free' : `${facts.cost}`)}`,
          `${points.distance.toFixed(1)} ${paint('dim', away(facts.rttMs))}`,
          `${points.link} ${paint('dim', facts.link)}`
        ]
  return [...whoOf(candidate, paint), shortId(peer), ...numbers, plainLabel(why, WHY_WIDTH)]
}

function narrowRow(candidate: RouteCandidate, { paint }: Output): string[] {
  const { score, points } = candidate
  if (score === undefined || points === undefined) return whoOf(candidate, paint)
  const { standing, load, price, distance, link } = points
  const numbers = [standing, load, price, distance].map((part) => part.toFixed(1))
  return [...whoOf(candidate, paint), paint('bold', score.toFixed(1)), ...numbers, `${link}`]
}

/** What the points are made of, and why. */
function below({ peer, why, facts }: RouteCandidate, { paint, columns: width }: Output): string[] {
  const made =
    facts === undefined
      ? []
      : [
          count(facts.done),
          `${full(facts.fill)} full`,
          facts.cost === 0 ? 'free' : `costs ${facts.cost}`,
          facts.rttMs === null ? 'distance unknown' : away(facts.rttMs),
          facts.link
        ]
  const lines = [
    ...wrap([shortId(peer), ...made].join(' · '), width - INDENT).map((line) => paint('dim', line)),
    ...wrap(plainLabel(why, WHY_WIDTH), width - INDENT)
  ]
  return lines.map((line) => ' '.repeat(INDENT) + line)
}

function whoOf({ peer, name, state }: RouteCandidate, paint: Output['paint']): string[] {
  return [
    state === 'chosen' ? paint(['bold', 'green'], SIGN.chosen) : SIGN[state],
    paint(['bold', hueOf(peer)], plainLabel(name, 32))
  ]
}

function endAligned(rows: readonly (readonly string[])[]): string[][] {
  const widest = (at: number): number => Math.max(...rows.map((row) => widthOf(row[at] ?? '')))
  return rows.map((row) => {
    return row.map((cell, at) => {
      const missing = at < NUMBERS_FROM ? 0 : widest(at) - widthOf(cell)
      return pad('', missing) + cell
    })
  })
}

const count = (done: number): string => (done < 1 ? 'no tasks' : `${Math.round(done)} tasks`)
const full = (fill: number): string => `${Math.round(fill * 100)} %`
const away = (ms: number | null): string => (ms === null ? 'unknown' : formatDuration(ms))
