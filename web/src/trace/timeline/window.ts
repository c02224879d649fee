/** The stretch of time that is shown, in places of the scale: zooming and moving are sums. */

export interface Window {
  readonly from: number
  readonly to: number
}

/** The shortest stretch, µs: below it there is nothing to tell apart. */
const WIDTH_MIN = 2
/** Beside the whole, so that the last bar ends before the edge: share of it. */
const MARGIN = 0.01

export const wholeOf = (length: number): Window => {
  const margin = Math.max(1, length * MARGIN)
  return { from: -margin, to: Math.max(length, WIDTH_MIN) + margin }
}

/** Never beyond the whole, never shorter than can be told apart. */
export function fitted({ from, to }: Window, length: number): Window {
  const whole = wholeOf(length)
  const width = Math.min(Math.max(to - from, WIDTH_MIN), whole.to - whole.from)
  const start = Math.min(Math.max(from, whole.from), whole.to - width)
  return { from: start, to: start + width }
}

/** @param factor below 1: nearer @param around stays where it is, 0 (left) to 1 (right) */
export function zoomed({ from, to }: Window, factor: number, around: number): Window {
  const width = to - from
  const fixed = from + width * around
  return { from: fixed - width * factor * around, to: fixed + width * factor * (1 - around) }
}

/** @param share of its width; positive: later */
export function moved({ from, to }: Window, share: number): Window {
  const by = (to - from) * share
  return { from: from + by, to: to + by }
}

/** Just enough that a stretch is seen, with some room beside it. */
export function showing(window: Window, start: number, end: number): Window {
  const width = window.to - window.from
  if (start >= window.from && start <= window.to && end - start >= width) return window
  if (start >= window.from && end <= window.to) return window
  const wanted = Math.max(width, (end - start) * 1.2)
  const from = (start + end) / 2 - wanted / 2
  return { from, to: from + wanted }
}
