/**
 * What the timeline shows and where its reader is, as signals: the canvas, the names beside it and
 * what screen readers are told all follow from it.
 */

import { batch, computed, signal } from '@preact/signals'
import type { Span } from '../../types.ts'
import { keyOf } from '../buffer.ts'
import { boxOf, heightOf, laneTop, NARROW, rowTop, WIDE } from './geometry.ts'
import type { Sight } from './geometry.ts'
import { FAILED, layoutOf, layoutSteps, RUNNING } from './lanes.ts'
import type { Extent, Layout } from './lanes.ts'
import { idleTimes, plainScale, shortScale } from './scale.ts'
import { NONE } from './tree.ts'
import { atOnce, inTurns } from './turns.ts'
import { fitted, moved, showing, wholeOf, zoomed } from './window.ts'
import type { Window } from './window.ts'

const US = 1_000
/** Since its last sign a run counts as alive for so long, µs: then its open ends grow. */
const ALIVE_US = 5 * 60 * 1e6

/** Spans from which they are laid out between frames, count: of fewer nobody sees it. */
const IN_TURNS = 5_000

interface Wanted {
  readonly spans: readonly Span[]
  readonly whole: Extent
}

interface Frame {
  /** px of the canvas. */
  readonly width: number
  readonly height: number
  readonly narrow: boolean
}

export class Timeline {
  readonly layout = signal<Layout>(layoutOf([]))
  readonly #idleShort = signal(false)
  readonly frame = signal<Frame>({ width: 0, height: 0, narrow: false })
  readonly scrollTop = signal(0)
  /** In places; nothing: the whole, however it grows. */
  readonly chosen = signal<Window | undefined>(undefined)
  /** Where the keyboard is, and what the pointer is over: places in the layout, or `NONE`. */
  readonly active = signal(NONE)
  readonly hovered = signal(NONE)
  /** µs since 1970 by this browser's clock, while something runs. */
  readonly #nowUs = signal(0)
  /** What is to be shown, and how to stop laying it out. */
  #wanted: Wanted | undefined
  #stopLayout: (() => void) | undefined
  /** Brings rows into sight; the page that has the scrolling box sets it. */
  scrollTo: (top: number) => void = () => undefined

  /** µs of the whole, from its start to its end or to now. */
  readonly lengthUs = computed(() => {
    const { startUs, endUs } = this.layout.value
    const now = this.#nowUs.value
    const alive = this.running.value && now > endUs && now - endUs < ALIVE_US
    return Math.max(1, (alive ? now : endUs) - startUs)
  })
  readonly running = computed(() => this.layout.value.flags.some((one) => (one & RUNNING) !== 0))
  readonly gaps = computed(() => {
    const layout = this.layout.value
    return idleTimes(layout, Math.max(1, layout.endUs - layout.startUs))
  })
  readonly scale = computed(() => {
    if (!this.#idleShort.value) return plainScale(this.lengthUs.value)
    const { startUs, endUs } = this.layout.value
    const short = shortScale(this.gaps.value, Math.max(1, endUs - startUs))
    return { ...short, length: Math.max(short.length, short.place(this.lengthUs.value)) }
  })
  readonly window = computed(() => {
    const { length } = this.scale.value
    const { value } = this.chosen
    return value === undefined ? wholeOf(length) : fitted(value, length)
  })
  readonly sizes = computed(() => (this.frame.value.narrow ? NARROW : WIDE))
  readonly sight = computed<Sight>(() => ({
    ...{ layout: this.layout.value, scale: this.scale.value, window: this.window.value },
    ...{ sizes: this.sizes.value, nowAt: this.lengthUs.value, scrollTop: this.scrollTop.value },
    ...{ width: this.frame.value.width, height: this.frame.value.height }
  }))
  readonly total = computed(() => heightOf(this.layout.value, this.sizes.value))

  /** Other spans, at once or soon: many are laid out between frames. */
  show(spans: readonly Span[], whole: Extent): void {
    const newest = this.#wanted?.spans ?? this.layout.peek().spans
    if (newest === spans) return
    this.#wanted = { spans, whole }
    // What is under way is shown first: of news without end, none would ever be.
    if (this.#stopLayout === undefined) this.#layOut(this.#wanted)
  }

  stop(): void {
    this.#stopLayout?.()
    this.#stopLayout = undefined
    this.#wanted = undefined
  }

  #layOut(wanted: Wanted): void {
    const { spans, whole } = wanted
    const steps = layoutSteps(spans, whole)
    if (spans.length < IN_TURNS) return this.#put(atOnce(steps))
    this.#stopLayout = inTurns(steps, (layout) => {
      this.#stopLayout = undefined
      this.#put(layout)
      if (this.#wanted !== undefined && this.#wanted !== wanted) this.#layOut(this.#wanted)
    })
  }

  /** Who was looked at stays so, wherever it stands now. */
  #put(layout: Layout): void {
    const { spans } = layout
    const { spans: before } = this.layout.peek()
    const active = before[this.active.peek()]
    const times = this.times()
    batch(() => {
      this.layout.value = layout
      this.hovered.value = NONE
      this.active.value = active === undefined ? NONE : placeOf(active, spans)
      if (times !== undefined) this.lookAt(times.fromUs, times.toUs)
    })
  }

  /** The stretch that is seen stays the same time. */
  shortenIdle(short: boolean): void {
    if (this.#idleShort.peek() === short) return
    const times = this.times()
    batch(() => {
      this.#idleShort.value = short
      if (times !== undefined) this.lookAt(times.fromUs, times.toUs)
    })
  }

  tick(nowMs: number): void {
    if (this.running.peek()) this.#nowUs.value = nowMs * US
  }

  /** What is seen, µs since 1970; nothing when it is the whole. */
  times(): { readonly fromUs: number; readonly toUs: number } | undefined {
    const chosen = this.chosen.peek()
    if (chosen === undefined) return undefined
    const { startUs } = this.layout.peek()
    const { time } = this.scale.peek()
    return { fromUs: startUs + time(chosen.from), toUs: startUs + time(chosen.to) }
  }

  /** Kept as it is asked for: what is beyond the end by now may come. */
  lookAt(fromUs: number, toUs: number): void {
    const { startUs } = this.layout.peek()
    const { place } = this.scale.peek()
    this.chosen.value = { from: place(fromUs - startUs), to: place(toUs - startUs) }
  }

  /** @param around 0 (left) to 1 (right); where the keyboard is, or the middle, unless given */
  zoom(factor: number, around = this.#around()): void {
    this.choose(zoomed(this.window.peek(), factor, around))
  }

  /** @param share of what is seen; positive: later */
  move(share: number): void {
    if (this.chosen.peek() !== undefined) this.choose(moved(this.window.peek(), share))
  }

  reset(): void {
    this.chosen.value = undefined
  }

  /** Put the keyboard on a span, and bring it into sight. */
  activate(span: number): void {
    const layout = this.layout.peek()
    if (span < 0 || span >= layout.spans.length) return
    const { place } = this.scale.peek()
    const start = place(layout.from[span]!)
    const end = place(Math.min(layout.to[span]!, this.lengthUs.peek()))
    batch(() => {
      this.active.value = span
      const seen = this.window.peek()
      const next = showing(seen, start, end)
      if (next !== seen) this.choose(next)
    })
    this.#scrollTo(span)
  }

  /** The stretch of one span. */
  zoomTo(span: number): void {
    const { layout, scale, nowAt } = this.sight.peek()
    const start = scale.place(layout.from[span]!)
    const end = scale.place(Math.min(layout.to[span]!, nowAt))
    const room = Math.max(1, (end - start) * 0.05)
    this.choose({ from: start - room, to: end + room })
  }

  /** @returns the next in reading order that fits, round the end; `NONE` when none does */
  find(fits: (span: number) => boolean, step: 1 | -1 = 1): number {
    const { order, place } = this.layout.peek().tree
    const size = order.length
    const active = this.active.peek()
    const here = active === NONE ? (step === 1 ? -1 : size) : place[active]!
    for (let away = 1; away <= size; away++) {
      const span = order[(here + step * away + size * 2) % size]!
      if (fits(span)) return span
    }
    return NONE
  }

  nextFailure(step: 1 | -1 = 1): void {
    const { flags } = this.layout.peek()
    this.activate(this.find((span) => (flags[span]! & FAILED) !== 0, step))
  }

  /** Within the whole; all of it is no choice. */
  choose(window: Window): void {
    const { length } = this.scale.peek()
    const next = fitted(window, length)
    const whole = wholeOf(length)
    const isWhole = next.from <= whole.from && next.to >= whole.to
    this.chosen.value = isWhole ? undefined : next
  }

  #around(): number {
    const active = this.active.peek()
    if (active === NONE) return 0.5
    const sight = this.sight.peek()
    const { x, width } = boxOf(sight, active)
    const share = (x + width / 2) / Math.max(1, sight.width)
    return share >= 0 && share <= 1 ? share : 0.5
  }

  #scrollTo(span: number): void {
    const { layout, sizes, scrollTop, height } = this.sight.peek()
    const lane = layout.lane[span]!
    const row = layout.row[span]!
    const top = rowTop(row, lane, sizes)
    const first = layout.lanes[lane]!.top === row
    if (top < scrollTop) this.scrollTo(first ? laneTop(layout, lane, sizes) : top - 4)
    else if (top + sizes.row > scrollTop + height) this.scrollTo(top + sizes.row + 4 - height)
  }
}

function placeOf(wanted: Span, spans: readonly Span[]): number {
  const key = keyOf(wanted)
  return spans.findIndex((one) => one.span === wanted.span && keyOf(one) === key)
}
