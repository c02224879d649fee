/** The picture itself: canvas and names in a box that scrolls, moved by hand or by keyboard. */

import { effect } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Segment } from '../../../../src/observer/query/critical-path.ts'
import { theme } from '../../theme.ts'
import { readColors } from './colors.ts'
import type { Colors } from './colors.ts'
import { spanAt } from './geometry.ts'
import type { Sight } from './geometry.ts'
import { followGestures } from './gestures.ts'
import { itemId, Items } from './items.tsx'
import { pressed } from './keys.ts'
import { LaneLabels } from './labels.tsx'
import { Minimap } from './map.tsx'
import type { Timeline } from './model.ts'
import { canvasOf, paintBars } from './paint.ts'
import type { Marks } from './paint.ts'
import { AXIS_HEIGHT, paintAxis, paintGaps, paintGrid } from './paint-axis.ts'
import { paintArrows, paintCritical } from './paint-links.ts'
import type { Arrow } from './paint-links.ts'
import { Tip } from './tip.tsx'
import { NONE } from './tree.ts'

/** px of the page from which lanes have their names beside them. */
const NARROW_MAX = 640
/** ms without a move after which the names follow the bars. */
const SETTLE_MS = 80

/** What else is drawn, beside bars. */
export interface Extras {
  readonly arrows: readonly Arrow[]
  readonly path: readonly Segment[] | undefined
  readonly placeOf: ReadonlyMap<string, number>
  readonly found: Uint8Array | undefined
  readonly critical: Uint8Array | undefined
  readonly selected: number
}

interface StageProps {
  readonly timeline: Timeline
  readonly extras: Extras
  open(span: number): void
  close(): void
}

export function Stage({ timeline, extras, open, close }: StageProps) {
  const box = useRef<HTMLDivElement>(null)
  const seen = useRef<HTMLDivElement>(null)
  const bars = useRef<HTMLCanvasElement>(null)
  const axis = useRef<HTMLCanvasElement>(null)
  const colors = useColors(box)
  const newest = useRef({ extras, open })
  newest.current = { extras, open }
  const paint = (): void => {
    const sight = timeline.sight.peek()
    const on = { bars: bars.current, axis: axis.current }
    paintAll(on, sight, colors(), { timeline, extras: newest.current.extras })
  }
  useSize(timeline, box, seen)
  usePainting(timeline, paint, [extras, theme.value])
  useGestures(timeline, box, seen, (span) => newest.current.open(span))
  return (
    <div class={timeline.frame.value.narrow ? 'tl narrow' : 'tl'}>
      <Minimap timeline={timeline} colors={colors} />
      <canvas ref={axis} class="tl-axis" aria-hidden="true" />
      <div class="tl-box" ref={box} onScroll={() => scrolled(timeline, box.current)}>
        <div class="tl-all" style={{ height: `${timeline.total.value}px` }}>
          <div class="tl-seen" ref={seen}>
            <canvas ref={bars} aria-hidden="true" />
            <Tree timeline={timeline} selected={extras.selected} open={open} close={close} />
            <Tip timeline={timeline} />
          </div>
          <LaneLabels timeline={timeline} />
        </div>
      </div>
    </div>
  )
}

function scrolled(timeline: Timeline, box: HTMLElement | null): void {
  if (box !== null) timeline.scrollTop.value = box.scrollTop
}

type Element = { readonly current: HTMLElement | null }

/** The tokens as they are now; read once for each theme. */
function useColors(element: Element): () => Colors {
  const known = useRef<{ of: string; colors: Colors } | undefined>(undefined)
  return () => {
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
    const of = `${theme.peek()} ${dark}`
    if (known.current?.of !== of) {
      known.current = { of, colors: readColors(element.current ?? document.body) }
    }
    return known.current.colors
  }
}

function useSize(timeline: Timeline, box: Element, seen: Element): void {
  useEffect(() => {
    const measure = (): void => {
      if (box.current === null || seen.current === null) return
      const { clientWidth: width } = seen.current
      const { clientHeight: height } = box.current
      const narrow = document.documentElement.clientWidth < NARROW_MAX
      const before = timeline.frame.peek()
      const same = before.width === width && before.height === height && before.narrow === narrow
      if (!same) timeline.frame.value = { width, height, narrow }
    }
    const watch = new ResizeObserver(measure)
    if (box.current !== null) watch.observe(box.current)
    if (seen.current !== null) watch.observe(seen.current)
    measure()
    timeline.scrollTo = (top) => box.current?.scrollTo({ top })
    return () => watch.disconnect()
  }, [timeline])
}

/** At most once a frame, whatever changed. */
function usePainting(timeline: Timeline, paint: () => void, also: readonly unknown[]): void {
  const asked = useRef(0)
  const newest = useRef(paint)
  newest.current = paint
  const soon = (): void => {
    cancelAnimationFrame(asked.current)
    asked.current = requestAnimationFrame(() => newest.current())
  }
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)')
    media.addEventListener('change', soon)
    const stop = effect(() => {
      void [timeline.sight.value, timeline.active.value, timeline.hovered.value]
      soon()
    })
    return () => {
      stop()
      media.removeEventListener('change', soon)
      cancelAnimationFrame(asked.current)
    }
  }, [timeline])
  useEffect(soon, also)
}

function useGestures(
  timeline: Timeline,
  box: Element,
  seen: Element,
  open: (span: number) => void
): void {
  useEffect(() => {
    if (seen.current === null) return undefined
    return followGestures(seen.current, {
      zoom: (factor, around) => timeline.zoom(factor, around),
      move(share, down) {
        timeline.move(share)
        box.current?.scrollBy({ top: down })
      },
      click(x, y) {
        const span = spanAt(timeline.sight.peek(), x, y)
        if (span === NONE) return
        timeline.active.value = span
        open(span)
      },
      hover(x, y) {
        timeline.hovered.value = spanAt(timeline.sight.peek(), x, y)
      },
      leave() {
        timeline.hovered.value = NONE
      }
    })
  }, [timeline])
}

interface TreeProps extends Pick<StageProps, 'timeline' | 'open' | 'close'> {
  readonly selected: number
}

function Tree({ timeline, selected, open, close }: TreeProps) {
  const sight = useSettled(timeline)
  const active = timeline.active.value
  const { spans, tree } = timeline.layout.value
  if (spans.length === 0) return null
  return (
    <div
      role="tree"
      tabIndex={0}
      class="tl-tree"
      aria-label="Spans"
      aria-activedescendant={active === NONE ? undefined : itemId(active)}
      onFocus={() => {
        if (timeline.active.peek() === NONE) timeline.active.value = tree.order[0]!
      }}
      onKeyDown={(event) => void pressed(event, timeline, { open, close })}
    >
      <Items sight={sight} active={active} selected={selected} />
    </div>
  )
}

/** Where bars are, once they stay there: names in the page need not follow each frame. */
function useSettled(timeline: Timeline): Sight {
  const [sight, setSight] = useState<Sight>(() => timeline.sight.peek())
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = effect(() => {
      const now = timeline.sight.value
      clearTimeout(timer)
      timer = setTimeout(() => setSight(now), SETTLE_MS)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [timeline])
  // What has other places is out of date at once.
  return sight.layout === timeline.layout.value ? sight : timeline.sight.peek()
}

interface Canvases {
  readonly bars: HTMLCanvasElement | null
  readonly axis: HTMLCanvasElement | null
}

function paintAll(
  { bars, axis }: Canvases,
  sight: Sight,
  colors: Colors,
  { timeline, extras }: { readonly timeline: Timeline; readonly extras: Extras }
): void {
  const { width, height } = sight
  const scale = canvasOf(axis, width, AXIS_HEIGHT)
  if (scale !== undefined) paintAxis(scale, sight, colors)
  const context = canvasOf(bars, width, height)
  if (context === undefined) return
  const { found, critical, selected, arrows, path, placeOf } = extras
  const [active, hovered] = [timeline.active.peek(), timeline.hovered.peek()]
  const marks: Marks = { active, hovered, selected, found, critical }
  context.clearRect(0, 0, width, height)
  paintGrid(context, sight, colors)
  paintBars(context, sight, colors, marks)
  if (path !== undefined) paintCritical(context, sight, colors, { path, placeOf })
  paintArrows(context, sight, colors, {
    arrows,
    near: [selected, hovered].filter((one) => one >= 0)
  })
  paintGaps(context, sight, colors)
}
