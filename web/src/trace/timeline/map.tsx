/** The whole trace in a few pixels, and which part of it is seen: drag to move or to choose. */

import { useEffect, useRef } from 'preact/hooks'
import { effect } from '@preact/signals'
import type { Colors } from './colors.ts'
import { FAILED } from './lanes.ts'
import type { Timeline } from './model.ts'
import { canvasOf } from './paint.ts'
import type { Context } from './paint.ts'
import { wholeOf } from './window.ts'
import type { Window } from './window.ts'

export const MAP_HEIGHT = 40
/** px of a drag from which it chooses a stretch; less means: look there. */
const DRAG_MIN = 4

interface MapProps {
  readonly timeline: Timeline
  readonly colors: () => Colors
}

export function Minimap({ timeline, colors }: MapProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let asked = 0
    // Not with each move of the window: only when there is more, or another size.
    const stop = effect(() => {
      const [layout, scale] = [timeline.layout.value, timeline.scale.value]
      const { width } = timeline.frame.value
      cancelAnimationFrame(asked)
      asked = requestAnimationFrame(() => {
        const context = canvasOf(canvas.current, width, MAP_HEIGHT)
        if (context !== undefined) paintMap(context, { layout, scale, width }, colors())
      })
    })
    return () => {
      stop()
      cancelAnimationFrame(asked)
    }
  }, [timeline])
  return (
    <div
      class="tl-map"
      aria-hidden="true"
      onPointerDown={(event) => drag(event, timeline)}
      onDblClick={() => timeline.reset()}
    >
      <canvas ref={canvas} />
      <Seen timeline={timeline} />
    </div>
  )
}

function Seen({ timeline }: { readonly timeline: Timeline }) {
  const { from, to } = timeline.window.value
  const whole = wholeOf(timeline.scale.value.length)
  const share = (place: number): string =>
    `${((place - whole.from) / (whole.to - whole.from)) * 100}%`
  if (timeline.chosen.value === undefined) return null
  return (
    <>
      <i class="tl-unseen" style={{ left: '0', right: `calc(100% - ${share(from)})` }} />
      <i class="tl-unseen" style={{ left: share(to), right: '0' }} />
    </>
  )
}

function drag(event: PointerEvent, timeline: Timeline): void {
  const element = event.currentTarget as HTMLElement
  const { left, width } = element.getBoundingClientRect()
  const whole = wholeOf(timeline.scale.peek().length)
  const placeOf = ({ clientX }: PointerEvent): number =>
    whole.from + ((clientX - left) / Math.max(1, width)) * (whole.to - whole.from)
  const began = placeOf(event)
  const seen = timeline.window.peek()
  const inside = timeline.chosen.peek() !== undefined && began >= seen.from && began <= seen.to
  const look = (window: Window): void => timeline.choose(window)
  const leaving = new AbortController()
  const { signal } = leaving
  element.setPointerCapture(event.pointerId)
  const move = (now: PointerEvent): void => {
    const here = placeOf(now)
    if (inside) look({ from: seen.from + here - began, to: seen.to + here - began })
    else if (Math.abs(now.clientX - event.clientX) > DRAG_MIN) {
      look({ from: Math.min(began, here), to: Math.max(began, here) })
    }
  }
  const up = (now: PointerEvent): void => {
    leaving.abort()
    const still = Math.abs(now.clientX - event.clientX) <= DRAG_MIN
    const half = (seen.to - seen.from) / 2
    if (still && !inside && timeline.chosen.peek() !== undefined) {
      look({ from: began - half, to: began + half })
    }
  }
  element.addEventListener('pointermove', move, { signal })
  element.addEventListener('pointerup', up, { signal })
  element.addEventListener('pointercancel', () => leaving.abort(), { signal })
}

type Mapped = { readonly width: number } & Pick<
  ReturnType<Timeline['sight']['peek']>,
  'layout' | 'scale'
>

/** Each lane as a stripe; what failed over all of them. */
function paintMap(context: Context, { layout, scale, width }: Mapped, colors: Colors): void {
  const { lanes, lane, from, to, flags } = layout
  const whole = wholeOf(scale.length)
  const perPlace = width / (whole.to - whole.from)
  const xOf = (us: number): number => (scale.place(us) - whole.from) * perPlace
  const high = MAP_HEIGHT / Math.max(1, lanes.length)
  // One stroke for each px and lane: more would be drawn over each other.
  const drawnTo = new Float64Array(lanes.length).fill(-1)
  context.clearRect(0, 0, width, MAP_HEIGHT)
  for (let at = 0; at < from.length; at++) {
    const [x, one] = [xOf(from[at]!), lane[at]!]
    const end = Math.max(x + 1, Math.min(xOf(Math.min(to[at]!, 1e15)), width))
    const start = Math.max(x, drawnTo[one]!)
    if (end - start < 0.5) continue
    context.fillStyle = colors.lanes[one % colors.lanes.length]!
    context.fillRect(start, one * high, end - start, Math.max(1, high - 1))
    drawnTo[one] = end
  }
  context.fillStyle = colors.error
  let last = -Infinity
  for (let at = 0; at < from.length; at++) {
    if ((flags[at]! & FAILED) === 0) continue
    const x = xOf(from[at]!)
    if (x - last < 1) continue
    context.fillRect(x - 0.75, 0, 1.5, MAP_HEIGHT)
    last = x
  }
}
