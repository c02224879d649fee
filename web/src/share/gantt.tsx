/**
 * The timeline of a shared run: a lane for each agent, a bar for each step, a line where one agent
 * set another to work. It is a picture; the list of steps says the same in words.
 */

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { duration } from '../format.ts'
import { hint } from '../hint.ts'
import { layoutOf, ticksOf } from './layout.ts'
import type { Bar, Layout } from './layout.ts'
import type { ShownRun } from './types.ts'

const ROW = 24
const BAR = 20
const NAME = 26
const AXIS = 26
const GAP = 8
const SIDE = 8
/** Room of one tick of the axis, pixels. */
const TICK = 110
/** Room of one arrow, pixels: closer together they are a wall. */
const ARROW = 24
/** From which width a bar has its name in it, pixels; and of one letter, about. */
const NAMED = 36
const LETTER = 7
const LANES = 8

interface GanttProps {
  readonly run: ShownRun
  readonly zoom?: number
  readonly selected?: number | undefined
  readonly onSelect?: (at: number) => void
}

export function Gantt({ run, zoom = 1, selected, onSelect }: GanttProps) {
  const layout = useMemo(() => layoutOf(run), [run])
  const box = useRef<HTMLDivElement>(null)
  const shown = useWidth(box)
  const width = Math.max(280, shown) * zoom
  const tops = topsOf(layout)
  const height = (tops.at(-1) ?? 0) + GAP
  const x = (ms: number): number => SIDE + (ms / layout.wholeMs) * (width - 2 * SIDE)
  const place = { layout, tops, x }
  return (
    <div class="gantt" ref={box} tabIndex={0} role="region" aria-label="Timeline">
      <svg width={width} height={height} role="img" aria-label={`Timeline: ${run.title}`}>
        <Axis {...place} width={width} height={height} />
        {layout.lanes.map(({ name }, lane) => (
          <text key={lane} class="lane-name" x={SIDE} y={(tops[lane] ?? 0) + NAME - 9}>
            {short(name, width - 2 * SIDE)}
          </text>
        ))}
        <Arrows {...place} {...{ run, width, selected }} />
        {layout.bars.map((bar) => (
          <Span key={bar.at} {...place} {...{ run, bar, onSelect }} on={bar.at === selected} />
        ))}
      </svg>
    </div>
  )
}

/** Of what is around it, pixels; it follows. */
function useWidth(box: { readonly current: HTMLDivElement | null }): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const { current } = box
    if (current === null) return
    const measure = (): void => setWidth(current.clientWidth)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return width
}

/** Where each lane begins, and at last where all ends, pixels. */
function topsOf({ lanes }: Layout): readonly number[] {
  const tops = [AXIS]
  for (const { rows } of lanes) tops.push((tops.at(-1) ?? 0) + NAME + rows * ROW + GAP)
  return tops
}

interface Place {
  readonly layout: Layout
  readonly tops: readonly number[]
  readonly x: (ms: number) => number
}

const yOf = ({ lane, row }: Bar, tops: readonly number[]): number =>
  (tops[lane] ?? 0) + NAME + row * ROW

interface AxisProps extends Place {
  readonly width: number
  readonly height: number
}

function Axis({ layout, tops, x, width, height }: AxisProps) {
  return (
    <g class="axis">
      {ticksOf(layout.wholeMs, width / TICK).map((ms) => (
        <g key={ms}>
          <line x1={x(ms)} x2={x(ms)} y1={AXIS - 6} y2={height} />
          {x(ms) < width - TICK / 2 && (
            <text x={x(ms) + 3} y={AXIS - 10}>
              {ms === 0 ? '0' : duration(ms)}
            </text>
          )}
        </g>
      ))}
      {tops.slice(0, -1).map((top) => (
        <line key={top} x1={0} x2={width} y1={top} y2={top} />
      ))}
    </g>
  )
}

interface SpanProps extends Place {
  readonly run: ShownRun
  readonly bar: Bar
  readonly on: boolean
  readonly onSelect?: ((at: number) => void) | undefined
}

function Span({ run, bar, on, tops, x, onSelect }: SpanProps) {
  const span = run.spans[bar.at]
  if (span === undefined) return null
  const [left, y] = [x(bar.fromMs), yOf(bar, tops)]
  const width = Math.max(3, x(bar.toMs) - left)
  const failed = span.status === 'error'
  const name = `${failed ? '✕ ' : ''}${span.name ?? span.kind}`
  const took = span.toMs === null ? 'running' : duration(bar.toMs - bar.fromMs)
  const classes = `bar lane-${bar.lane % LANES} ${span.status}${on ? ' on' : ''}`
  return (
    <g class={classes} onClick={() => onSelect?.(bar.at)}>
      <title>{`${hint(name)}, ${took}`}</title>
      <rect class="body" x={left} y={y} width={width} height={BAR} rx={3} />
      <rect class="edge" x={left} y={y} width={Math.min(3, width)} height={BAR} />
      {failed && <rect class="foot" x={left} y={y + BAR - 3} width={width} height={3} />}
      {width >= NAMED && (
        <text x={left + 7} y={y + BAR - 6}>
          {short(name, width - 10)}
        </text>
      )}
    </g>
  )
}

/** As much of a text as fits, by a letter's usual width. */
function short(text: string, width: number): string {
  const letters = Array.from(text)
  const most = Math.max(1, Math.floor(width / LETTER))
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`
}

interface ArrowsProps extends Place {
  readonly run: ShownRun
  readonly width: number
  readonly selected: number | undefined
}

/** Of so many that they would hide what they join, those of the chosen step alone. */
function Arrows({ run, layout, tops, x, width, selected }: ArrowsProps) {
  const bars = new Map(layout.bars.map((bar) => [bar.at, bar]))
  const lines = layout.bars.flatMap((bar) => {
    const parent = run.spans[bar.at]?.parent ?? null
    const from = parent === null ? undefined : bars.get(parent)
    if (from === undefined || from.lane === bar.lane) return []
    const chosen = selected !== undefined && (bar.at === selected || parent === selected)
    const down = from.lane < bar.lane
    const [y1, y2] = [yOf(from, tops) + (down ? BAR : 0), yOf(bar, tops) + (down ? 0 : BAR)]
    const at = x(bar.fromMs)
    const tip = down ? -5 : 5
    const drawn = (
      <g key={bar.at}>
        <line x1={at} x2={at} y1={y1} y2={y2} />
        <path d={`M${at - 3.5} ${y2 + tip} L${at} ${y2} L${at + 3.5} ${y2 + tip}`} />
      </g>
    )
    return [{ chosen, drawn }]
  })
  const few = lines.length <= width / ARROW
  const shown = few ? lines : lines.filter(({ chosen }) => chosen).slice(0, width / ARROW)
  return <g class="arrows">{shown.map(({ drawn }) => drawn)}</g>
}
