/**
 * From time to place: as it is, or with the times in which nothing happened shortened. A place is
 * counted in µs too, of which idle times have fewer.
 */

import type { Layout } from './lanes.ts'

/** From which share of the whole a time without anything counts as idle. */
const IDLE_SHARE_MIN = 0.05
/** What each idle time is shortened to, share of what is left. */
const SHORT_SHARE = 0.015

export interface Gap {
  /** µs from the start of the trace. */
  readonly from: number
  readonly to: number
}

export interface Scale {
  /** The idle times that are shortened, in order. */
  readonly gaps: readonly Gap[]
  /** µs that the whole has to show. */
  readonly length: number
  place(us: number): number
  time(place: number): number
}

export const plainScale = (lengthUs: number): Scale => ({
  ...{ gaps: [], length: lengthUs },
  place: (us) => us,
  time: (place) => place
})

/** Times in which no span began or ended, and none ran that has nothing below it. */
export function idleTimes(layout: Layout, lengthUs: number): readonly Gap[] {
  const { from, to, tree } = layout
  // Starts are in order; of the ends only those of spans that merely wait for others count here.
  const ends = Float64Array.from(to, (end, at) => (tree.child[at]! < 0 ? 0 : end)).sort()
  const gaps: Gap[] = []
  let busyTo = 0
  const sign = (start: number, end: number): void => {
    if (start - busyTo > lengthUs * IDLE_SHARE_MIN) gaps.push({ from: busyTo, to: start })
    busyTo = Math.max(busyTo, end)
  }
  let next = 0
  for (let at = 0; at < from.length; at++) {
    const start = from[at]!
    for (; next < ends.length && ends[next]! <= start; next++) sign(ends[next]!, ends[next]!)
    sign(start, tree.child[at]! < 0 ? Math.min(to[at]!, lengthUs) : start)
  }
  for (; next < ends.length && ends[next]! < lengthUs; next++) sign(ends[next]!, ends[next]!)
  sign(lengthUs, lengthUs)
  return gaps
}

/** @returns share of the time that idle times take, 0 to 1 */
export const idleShare = (gaps: readonly Gap[], lengthUs: number): number =>
  lengthUs === 0 ? 0 : gaps.reduce((sum, { from, to }) => sum + to - from, 0) / lengthUs

export function shortScale(gaps: readonly Gap[], lengthUs: number): Scale {
  if (gaps.length === 0) return plainScale(lengthUs)
  const busy = lengthUs * (1 - idleShare(gaps, lengthUs))
  const short = Math.max(1, busy * SHORT_SHARE)
  // Where each stretch begins, in time and in place; within a stretch both go on evenly.
  const times = [0]
  const places = [0]
  for (const { from, to } of gaps) {
    const place = places.at(-1)! + from - times.at(-1)!
    times.push(from, to)
    places.push(place, place + Math.min(short, to - from))
  }
  const end = places.at(-1)! + lengthUs - times.at(-1)!
  return {
    ...{ gaps, length: end },
    place: (us) => between(us, times, places),
    time: (place) => between(place, places, times)
  }
}

function between(value: number, known: readonly number[], wanted: readonly number[]): number {
  let [low, high] = [0, known.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (known[middle]! <= value) low = middle
    else high = middle - 1
  }
  const width = (known[low + 1] ?? Infinity) - known[low]!
  const rest = value - known[low]!
  const share = (wanted[low + 1] ?? Infinity) - wanted[low]!
  // After the last of them, and before the first, one µs is one µs.
  if (!Number.isFinite(width) || rest < 0) return wanted[low]! + rest
  return wanted[low]! + (width === 0 ? 0 : (rest / width) * share)
}

export interface Tick {
  /** µs from the start. */
  readonly at: number
  readonly text: string
}

/** Ticks on one screen, count: a scale that is broken must not fill the memory. */
const TICKS_MAX = 60
const UNITS: readonly (readonly [name: string, us: number])[] = [
  ...([
    ['µs', 1],
    ['ms', 1_000],
    ['s', 1e6],
    ['min', 6e7],
    ['h', 3.6e9],
    ['d', 8.64e10]
  ] as const)
]
/** Round steps within a unit, and between units of sixties. */
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500]
const SIXTIES = [1, 2, 5, 10, 15, 30]

/** @param usPerPx of busy times @param minPx between two ticks */
export function stepFor(usPerPx: number, minPx: number): number {
  const wanted = usPerPx * minPx
  const steps = [
    ...STEPS.flatMap((step) => [step, step * 1e3]),
    ...SIXTIES.flatMap((step) => [step * 1e6, step * 6e7]),
    ...[1, 2, 3, 6, 12].map((step) => step * 3.6e9),
    ...STEPS.map((step) => step * 8.64e10)
  ].sort((a, b) => a - b)
  return steps.find((step) => step >= wanted) ?? steps.at(-1)!
}

export function ticksIn(scale: Scale, fromPlace: number, toPlace: number, step: number): Tick[] {
  const [from, to] = [scale.time(fromPlace), scale.time(toPlace)]
  const ticks: Tick[] = []
  const edges = [...scale.gaps.filter((gap) => gap.to > from && gap.from < to), undefined]
  let start = from
  for (const gap of edges) {
    const end = Math.min(to, gap?.from ?? to)
    for (let at = Math.ceil(start / step) * step; at <= end; at += step) {
      if (ticks.length >= TICKS_MAX) return ticks
      ticks.push({ at, text: tickText(at, step) })
    }
    start = gap?.to ?? to
  }
  return ticks
}

/** `1.5 ms`, `2 s`, `1 min 31 s`, `2 h 5 min`: as many digits as tell one tick from the next. */
export function tickText(at: number, step: number): string {
  if (at === 0) return '0'
  // The unit that the number is read in: not `90,000 ms` because the step is small.
  const size = Math.max(step, Math.abs(at))
  const place = UNITS.findLastIndex(([, least]) => size >= least)
  const [name, unit] = UNITS[Math.max(0, place)]!
  const below = unit >= 6e7 && step < unit ? UNITS[place - 1] : undefined
  if (below === undefined) return `${rounded(at / unit, step / unit)} ${name}`
  const [belowName, belowUnit] = below
  const rest = rounded((at % unit) / belowUnit, step / belowUnit)
  const whole = `${Math.floor(at / unit)} ${name}`
  return rest === 0 ? whole : `${whole} ${rest} ${belowName}`
}

function rounded(value: number, step: number): number {
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))
  return Number(value.toFixed(Math.min(digits, 6)))
}
