/** The picture that a link shows where it is pasted: its timeline without a word of it. */

import { widthOf, write } from './font.ts'
import { Canvas } from './png.ts'
import type { Colour } from './png.ts'
import type { ShownRun, ShownSpan } from './shown.ts'

/** As link previews show them at full width (Open Graph's usual 1.91 to 1), pixels. */
const WIDTH = 1_200
const HEIGHT = 630
const MARGIN = 60
const TOP = 190
const BOTTOM = 560
/** Lanes drawn, count: more cannot be told apart in so little room. */
const LANES_MAX = 16
const BAR_MAX = 44
const BAR_MIN = 4
/** Of the title's dots, pixels: the largest that fits. */
const SIZES = [6, 5, 4] as const

const GROUND: Colour = '#f7f6f3'
const INK: Colour = '#1c1b19'
const MUTED: Colour = '#5f5b54'
const LINE: Colour = '#dedad2'
const ERROR: Colour = '#b3261e'
/** As `--lane-0` to `--lane-7` of the dashboard. */
const LANES: readonly Colour[] = [
  ...(['#3b6fd4', '#b8561b', '#1f8a70', '#8e4ec6'] as const),
  ...(['#a8476f', '#5d7a1f', '#1b7f9e', '#7a6a55'] as const)
]

export function pictureOf(run: ShownRun): Uint8Array<ArrayBuffer> {
  const canvas = new Canvas(WIDTH, HEIGHT, GROUND)
  canvas.fill(
    0,
    0,
    { width: WIDTH, height: 12 },
    run.status === 'error' ? ERROR : (LANES[0] ?? INK)
  )
  write(canvas, 'Peerwork', { x: MARGIN, y: 52, size: 3 }, MUTED)
  const size = SIZES.find((one) => widthOf(run.title, one) <= WIDTH - 2 * MARGIN) ?? 3
  write(canvas, run.title, { x: MARGIN, y: 98, size }, INK)
  drawLanes(canvas, run)
  return canvas.png()
}

function drawLanes(canvas: Canvas, { spans, lanes, ms }: ShownRun): void {
  const whole = Math.max(ms ?? 0, ...spans.map(({ fromMs, toMs }) => toMs ?? fromMs ?? 0)) || 1
  const shown = Math.max(1, Math.min(lanes.length, LANES_MAX))
  const step = (BOTTOM - TOP) / shown
  const bar = Math.max(BAR_MIN, Math.min(BAR_MAX, step * 0.7))
  const length = WIDTH - 2 * MARGIN
  for (let lane = 0; lane < shown; lane++) {
    const y = TOP + (lane + 0.5) * step
    canvas.fill(MARGIN, y - 1, { width: length, height: 2 }, LINE)
  }
  for (const span of outermostFirst(spans)) {
    const { lane, fromMs, toMs, status } = span
    if (fromMs === null || lane >= shown) continue
    const inner = span.parent !== null && spans[span.parent]?.lane === lane
    const height = inner ? bar / 2 : bar
    const y = TOP + (lane + 0.5) * step + bar / 2 - height
    const x = MARGIN + (fromMs / whole) * length
    const width = Math.max(3, (((toMs ?? whole) - fromMs) / whole) * length)
    // A step within another of the same agent stands out of it.
    if (inner) canvas.fill(x - 2, y - 2, { width: width + 4, height: height + 2 }, GROUND)
    canvas.fill(x, y, { width, height }, LANES[lane % LANES.length] ?? INK)
    // Not by colour alone: what failed has a foot as well.
    if (status === 'error') canvas.fill(x, y + height, { width, height: bar / 4 }, ERROR)
  }
}

const lengthOf = ({ fromMs, toMs }: ShownSpan): number => (toMs ?? Infinity) - (fromMs ?? 0)

const outermostFirst = (spans: readonly ShownSpan[]): readonly ShownSpan[] =>
  spans.toSorted((a, b) => {
    const [one, other] = [lengthOf(a), lengthOf(b)]
    return one === other ? 0 : other - one
  })
