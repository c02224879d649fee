/** Time above the bars: ticks, the lines below them, and times that were shortened. */

import { duration } from '../../format.ts'
import type { Colors } from './colors.ts'
import { xOf } from './geometry.ts'
import type { Sight } from './geometry.ts'
import type { Context } from './paint.ts'
import { stepFor, ticksIn } from './scale.ts'
import type { Tick } from './scale.ts'

export const AXIS_HEIGHT = 24
/** px between two ticks at least: `12.345 ms` and some room. */
const TICK_WIDTH_MIN = 84

export function ticksOf({ scale, window, width }: Sight): readonly Tick[] {
  const perPx = (window.to - window.from) / Math.max(1, width)
  const step = stepFor(perPx, TICK_WIDTH_MIN)
  return ticksIn(scale, Math.max(0, window.from), window.to, step)
}

export function paintAxis(context: Context, sight: Sight, colors: Colors): void {
  const { width } = sight
  context.clearRect(0, 0, width, AXIS_HEIGHT)
  context.font = `11px ${colors.font}`
  context.textBaseline = 'middle'
  let free = -Infinity
  for (const { at, text } of ticksOf(sight)) {
    const x = Math.round(xOf(sight, at))
    context.fillStyle = colors.line
    context.fillRect(x, AXIS_HEIGHT - 7, 1, 7)
    if (x + 4 < free || x + context.measureText(text).width + 4 > width) continue
    context.fillStyle = colors.muted
    context.fillText(text, x + 4, AXIS_HEIGHT / 2)
    free = x + context.measureText(text).width + 12
  }
}

/** Behind the bars. */
export function paintGrid(context: Context, sight: Sight, colors: Colors): void {
  context.fillStyle = colors.line
  context.globalAlpha = 0.6
  for (const { at } of ticksOf(sight)) {
    context.fillRect(Math.round(xOf(sight, at)), 0, 1, sight.height)
  }
  context.globalAlpha = 1
}

/** Over the bars: in a time that was shortened, lengths mean nothing. */
export function paintGaps(context: Context, sight: Sight, colors: Colors): void {
  context.font = `11px ${colors.font}`
  context.textBaseline = 'middle'
  for (const { from, to } of sight.scale.gaps) {
    const [x, end] = [xOf(sight, from), xOf(sight, to)]
    if (end < 0 || x > sight.width) continue
    context.fillStyle = colors.ground
    context.globalAlpha = 0.85
    context.fillRect(x, 0, end - x, sight.height)
    context.globalAlpha = 1
    context.strokeStyle = colors.line
    context.lineWidth = 1
    context.setLineDash([3, 3])
    context.strokeRect(Math.round(x) + 0.5, -1, Math.max(1, end - x), sight.height + 2)
    context.setLineDash([])
    context.save()
    context.translate((x + end) / 2, Math.min(sight.height / 2, 60))
    context.rotate(-Math.PI / 2)
    context.fillStyle = colors.muted
    context.textAlign = 'center'
    if (end - x > 13) context.fillText(`${duration((to - from) / 1_000)} idle`, 0, 0)
    context.restore()
  }
}
