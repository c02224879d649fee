/**
 * Bars on a canvas. What is seen is drawn and nothing else; bars of less than a pixel that touch
 * become one, so that 100,000 of them cost what the pixels cost.
 */

import { CANCELED, FAILED, RUNNING } from './lanes.ts'
import type { Colors } from './colors.ts'
import { BAR_INSET, boxOf, firstIn, laneAt, laneTop, rowTop } from './geometry.ts'
import type { Box, Sight } from './geometry.ts'

/** px from which a bar has its name in it, and from which it is drawn by itself. */
const NAME_WIDTH_MIN = 36
const OWN_WIDTH_MIN = 2
/** px of one letter, more or less: the name is cut before it is measured. */
const LETTER = 5.5
/** px of the mark of what failed. */
const MARK = 4

/** What stands out, beside what every bar is. */
export interface Marks {
  /** Places of spans, or -1. */
  readonly active: number
  readonly selected: number
  readonly hovered: number
  /** 1 for each span that was looked for; nothing when nothing was. */
  readonly found: Uint8Array | undefined
  /** 1 for each on the critical path. */
  readonly critical: Uint8Array | undefined
}

export type Context = CanvasRenderingContext2D

/** As sharp as the screen. */
export function canvasOf(
  canvas: HTMLCanvasElement | null,
  width: number,
  height: number
): Context | undefined {
  const context = canvas?.getContext('2d') ?? undefined
  if (canvas === null || context === undefined || width === 0 || height === 0) return undefined
  const ratio = devicePixelRatio
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide
    canvas.height = high
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  return context
}

export function paintBars(context: Context, sight: Sight, colors: Colors, marks: Marks): void {
  const { layout, sizes, scrollTop, width, height } = sight
  context.font = `11px ${colors.font}`
  context.textBaseline = 'middle'
  context.direction = 'ltr'
  const first = laneAt(layout, scrollTop, sizes)
  for (let lane = first; lane < layout.lanes.length; lane++) {
    const top = laneTop(layout, lane, sizes) - scrollTop
    if (top > height) break
    if (lane > 0) rule(context, colors.line, top + sizes.pad / 2 - 2, width)
    const color = colors.lanes[lane % colors.lanes.length]!
    paintLane({ context, sight, colors, marks }, lane, color)
  }
  context.globalAlpha = 1
  for (const [span, color] of outlines(marks, colors)) {
    if (span < 0) continue
    const { x, y, width: wide, height: high } = boxOf(sight, span)
    context.strokeStyle = color
    context.lineWidth = 2
    context.strokeRect(x - 2, y - 1.5, wide + 4, high + 3)
  }
}

const outlines = (
  { active, selected, hovered }: Marks,
  { ink, muted, accent }: Colors
): [number, string][] => [
  [hovered, muted],
  [active, accent],
  [selected, ink]
]

function rule(context: Context, color: string, y: number, width: number): void {
  context.globalAlpha = 1
  context.fillStyle = color
  context.fillRect(0, Math.round(y), width, 1)
}

interface Painting {
  readonly context: Context
  readonly sight: Sight
  readonly colors: Colors
  readonly marks: Marks
}

function paintLane(painting: Painting, lane: number, color: string): void {
  const { layout, sizes, scrollTop, height } = painting.sight
  const { top, rows } = layout.lanes[lane]!
  const begin = rowTop(top, lane, sizes) - scrollTop
  const from = Math.max(0, Math.floor(-begin / sizes.row))
  const to = Math.min(rows, Math.ceil((height - begin) / sizes.row))
  for (let row = from; row < to; row++) {
    paintRow(painting, top + row, { color, y: begin + row * sizes.row + BAR_INSET })
  }
}

/** Bars too thin for themselves, gathered until one does not touch. */
interface Thin {
  x: number
  end: number
  shade: number
}

/** Without an object for each bar: a row may have 100,000. */
function paintRow(painting: Painting, row: number, { color, y }: Line): void {
  const { context, sight, marks } = painting
  const { layout, width, window, scale, nowAt, sizes } = sight
  const perPlace = width / (window.to - window.from)
  const height = sizes.row - 2 * BAR_INSET
  let thin: Thin | undefined
  const flush = (): void => {
    if (thin === undefined) return
    context.globalAlpha = thin.shade
    context.fillStyle = color
    context.fillRect(thin.x, y, Math.max(1, thin.end - thin.x), height)
    thin = undefined
  }
  const failed: number[] = []
  for (let at = firstIn(sight, row); at < layout.rowStart[row + 1]!; at++) {
    const span = layout.rowSpans[at]!
    const from = layout.from[span]!
    const x = (scale.place(from) - window.from) * perPlace
    if (x > width) break
    const until = Math.max(from, Math.min(layout.to[span]!, nowAt))
    const end = Math.max(x + 1, (scale.place(until) - window.from) * perPlace)
    if (end < 0) continue
    const shade = shadeOf(marks, span)
    const isNew = failed.length === 0 || x - failed.at(-2)! > 1
    if (isNew && (layout.flags[span]! & FAILED) !== 0) failed.push(x, shade)
    if (end - x >= OWN_WIDTH_MIN) {
      flush()
      context.globalAlpha = shade
      paintBar(painting, span, { box: { x, y, width: end - x, height }, color })
    } else if (thin !== undefined && x - thin.end <= 0.5 && shade === thin.shade) {
      thin.end = Math.max(thin.end, end)
    } else {
      flush()
      thin = { x, end, shade }
    }
  }
  flush()
  markFailed(painting, failed, { y, height })
}

interface Line {
  readonly color: string
  /** px of the upper edge of its bars. */
  readonly y: number
}

/** A triangle above where it began: a shape, however thin the bar is. */
function markFailed(
  { context, colors }: Painting,
  failed: readonly number[],
  box: Pick<Box, 'y' | 'height'>
): void {
  context.fillStyle = colors.error
  for (let at = 0; at < failed.length; at += 2) {
    const [x, shade] = [failed[at]!, failed[at + 1]!]
    context.globalAlpha = shade
    context.beginPath()
    context.moveTo(x - MARK, box.y - 2)
    context.lineTo(x + MARK, box.y - 2)
    context.lineTo(x, box.y + MARK)
    context.fill()
    context.fillRect(x - 0.5, box.y, 1.5, box.height)
  }
}

const FAINT = 0.25

function shadeOf({ found, critical }: Marks, span: number): number {
  if (found !== undefined && found[span] === 0) return FAINT
  return critical !== undefined && critical[span] === 0 ? FAINT : 1
}

interface Bar {
  readonly box: Box
  readonly color: string
}

function paintBar({ context, sight, colors }: Painting, span: number, { box, color }: Bar): void {
  const { x, y, width, height } = box
  const flags = sight.layout.flags[span]!
  const left = Math.max(x, -10)
  const wide = Math.min(x + width, sight.width + 10) - left
  context.fillStyle = (flags & FAILED) === 0 ? color : colors.error
  if ((flags & CANCELED) === 0) context.fillRect(left, y, Math.max(1, wide - 0.5), height)
  else hollow(context, color, { x: left, y, width: wide, height })
  if ((flags & RUNNING) !== 0) openEnd(context, colors, box)
  if (wide < NAME_WIDTH_MIN) return
  const mark = (flags & FAILED) === 0 ? '' : '✕ '
  const letters = Math.floor((wide - 10) / LETTER)
  const name = plain(sight.layout.spans[span]!.name ?? sight.layout.spans[span]!.kind)
  const cut = name.length > letters ? `${name.slice(0, Math.max(1, letters - 1))}…` : name
  context.fillStyle = (flags & CANCELED) === 0 ? colors.onBar : colors.ink
  context.save()
  context.beginPath()
  context.rect(left, y, wide - 4, height)
  context.clip()
  context.fillText(mark + cut, Math.max(left, 0) + 5, y + height / 2 + 0.5)
  context.restore()
}

function hollow(context: Context, color: string, { x, y, width, height }: Box): void {
  context.strokeStyle = color
  context.lineWidth = 1.5
  context.setLineDash([4, 2])
  context.strokeRect(x + 1, y + 1, Math.max(1, width - 2), height - 2)
  context.setLineDash([])
}

/** What still runs has no edge at its end, but steps. */
function openEnd(context: Context, { surface }: Colors, box: Box): void {
  const end = box.x + box.width
  context.fillStyle = surface
  for (const away of [3, 8, 13]) {
    if (away < box.width - 2) context.fillRect(end - away, box.y, 2, box.height)
  }
}

/** Longer names do not fit on any screen. */
const NAME_MAX = 300
/** What is no letter but a command: control codes, and marks that turn the direction of writing. */
const COMMANDS = /[\p{Cc}\p{Cf}]+/gu

/** A name as one line of a picture. */
export const plain = (text: string): string => text.slice(0, NAME_MAX).replace(COMMANDS, ' ')
