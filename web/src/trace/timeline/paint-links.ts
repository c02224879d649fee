/** What connects lanes: handoffs as arrows, and the chain that decided how long it all took. */

import type { Segment } from '../../../../src/observer/query/critical-path.ts'
import type { Handoff } from '../../types.ts'
import type { Colors } from './colors.ts'
import { boxOf, xOf } from './geometry.ts'
import type { Sight } from './geometry.ts'
import type { Layout } from './lanes.ts'
import type { Context } from './paint.ts'

/** Arrows drawn at once, count: more of them are a grey area. */
const ARROWS_MAX = 400
const HEAD = 5

export interface Arrow {
  readonly giver: number
  readonly taker: number
  /** µs from the start; when it was offered. */
  readonly at: number
  readonly failed: boolean
  readonly mode: Handoff['mode']
}

/** Handoffs of which both ends are among the spans. */
export function arrowsOf(
  layout: Layout,
  handoffs: readonly Handoff[],
  placeOf: ReadonlyMap<string, number>
): readonly Arrow[] {
  return handoffs.flatMap(({ spans, offeredUs, status, mode }) => {
    const giver = placeOf.get(spans.giver ?? '')
    const taker = placeOf.get(spans.taker ?? '')
    if (giver === undefined || taker === undefined || giver === taker) return []
    const told = offeredUs === null ? layout.from[giver]! : offeredUs - layout.startUs
    // Clocks differ: an arrow begins on its bar.
    const at = Math.min(Math.max(told, layout.from[giver]!), layout.to[giver]!)
    return [{ giver, taker, at, failed: status === 'error' || status === 'rejected', mode }]
  })
}

/** @param only of these spans, when there are too many for all */
export function paintArrows(
  context: Context,
  sight: Sight,
  colors: Colors,
  { arrows, near }: { readonly arrows: readonly Arrow[]; readonly near: readonly number[] }
): void {
  const seen = arrows.filter((arrow) => isSeen(sight, arrow))
  const close = ({ giver, taker }: Arrow): boolean => near.includes(giver) || near.includes(taker)
  const shown = seen.length <= ARROWS_MAX ? seen : seen.filter((one) => one.failed || close(one))
  for (const arrow of shown.slice(0, ARROWS_MAX)) {
    const strong = close(arrow)
    context.globalAlpha = strong || near.length === 0 ? 0.85 : 0.3
    context.strokeStyle = arrow.failed ? colors.error : strong ? colors.ink : colors.muted
    context.lineWidth = strong ? 2 : 1.25
    context.setLineDash(arrow.failed ? [5, 3] : arrow.mode === 'human' ? [1, 3] : [])
    paintArrow(context, sight, arrow)
  }
  context.setLineDash([])
  context.globalAlpha = 1
}

function isSeen(sight: Sight, { at, giver, taker }: Arrow): boolean {
  const [x, end] = [xOf(sight, at), xOf(sight, sight.layout.from[taker]!)]
  if (Math.max(x, end) < 0 || Math.min(x, end) > sight.width) return false
  const [one, other] = [boxOf(sight, giver).y, boxOf(sight, taker).y]
  return Math.max(one, other) > -40 && Math.min(one, other) < sight.height + 40
}

function paintArrow(context: Context, sight: Sight, { giver, taker, at }: Arrow): void {
  const [from, to] = [boxOf(sight, giver), boxOf(sight, taker)]
  const down = to.y >= from.y
  const [x, y] = [xOf(sight, at), down ? from.y + from.height : from.y]
  const [toX, toY] = [to.x, down ? to.y : to.y + to.height]
  const bend = Math.max(10, Math.abs(toY - y) / 2) * (down ? 1 : -1)
  context.beginPath()
  context.moveTo(x, y)
  context.bezierCurveTo(x, y + bend, toX, toY - bend, toX, toY)
  context.stroke()
  context.fillStyle = context.strokeStyle
  const tip = down ? -HEAD : HEAD
  context.beginPath()
  context.moveTo(toX - HEAD * 0.7, toY + tip)
  context.lineTo(toX + HEAD * 0.7, toY + tip)
  context.lineTo(toX, toY)
  context.fill()
}

/** A line below the bars of the path, each as long as its own time on it. */
export function paintCritical(
  context: Context,
  sight: Sight,
  colors: Colors,
  { path, placeOf }: { path: readonly Segment[]; placeOf: ReadonlyMap<string, number> }
): void {
  context.fillStyle = colors.ink
  let last: { x: number; y: number } | undefined
  for (const { span, fromUs, toUs } of path) {
    const place = placeOf.get(span)
    if (place === undefined) continue
    const { y, height } = boxOf(sight, place)
    const start = xOf(sight, fromUs - sight.layout.startUs)
    const end = xOf(sight, toUs - sight.layout.startUs)
    const here = y + height - 1
    if (end >= 0 && start <= sight.width) {
      context.fillRect(start, here, Math.max(1, end - start), 3)
      if (last !== undefined && last.y !== here) {
        context.fillRect(start - 0.75, Math.min(last.y, here), 1.5, Math.abs(here - last.y) + 3)
      }
    }
    last = { x: end, y: here }
  }
}
