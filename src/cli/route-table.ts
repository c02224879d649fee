/** Who could get a task, best first, and why each won or lost: a table. */

import type { RouteCandidate, RouteExplanation } from '../node/routing/told.ts'
import { columns } from './columns.ts'
import { hueOf } from './colour.ts'
import { shortId } from './names.ts'
import type { Output } from './output.ts'
import { plainLabel } from './plain-text.ts'
import { formatDuration } from './units.ts'

const HEAD = ['', 'NAME', 'ID', 'SCORE', 'STANDING', 'LOAD', 'PRICE', 'AWAY', 'LINK', 'WHY']
const WHY_WIDTH = 120
const SIGN = { chosen: '→', next: ' ', 'left out': '–' } as const

export function showRoute(route: RouteExplanation, out: Output): void {
  const { candidates, others, skill } = route
  const head = HEAD.map((text) => out.paint('dim', text))
  const rows = candidates.map((candidate) => rowOf(candidate, out))
  if (rows.length > 0) for (const line of columns([head, ...rows])) out.line(line)
  if (others === 0) return
  const who = others === 1 ? '1 other peer does' : `${others} other peers do`
  out.line(out.paint('dim', `${who} not offer ${plainLabel(skill, 64)}`))
}

function rowOf(candidate: RouteCandidate, { paint }: Output): string[] {
  const { peer, name, state, why, score, points, facts } = candidate
  const numbers =
    score === undefined || points === undefined || facts === undefined
      ? ['', '', '', '', '', '']
      : [
          paint('bold', score.toFixed(1)),
          `${points.standing.toFixed(1)} ${paint('dim', `of ${count(facts.done)}`)}`,
          `${points.load.toFixed(1)} ${paint('dim', `${Math.round(facts.fill * 100)} %`)}`,
          `${points.price.toFixed(1)} ${paint('dim', facts.cost === 0 ? 'free' : `${facts.cost}`)}`,
          `${points.distance.toFixed(1)} ${paint('dim', away(facts.rttMs))}`,
          `${points.link} ${paint('dim', facts.link)}`
        ]
  return [
    state === 'chosen' ? paint(['bold', 'green'], SIGN.chosen) : SIGN[state],
    paint(['bold', hueOf(peer)], plainLabel(name, 32)),
    shortId(peer),
    ...numbers,
    plainLabel(why, WHY_WIDTH)
  ]
}

const count = (done: number): string => (done < 1 ? 'no tasks' : `${Math.round(done)} tasks`)
const away = (ms: number | null): string => (ms === null ? 'unknown' : formatDuration(ms))
