/** Ranges of sequence numbers, from (inclusive) to (exclusive), sorted and joined. */

import type { SyncRange } from '../../protocol/trace-sync.ts'

/** Sorted, without overlaps and seams. */
export function joined(ranges: readonly SyncRange[]): SyncRange[] {
  const sorted = [...ranges].sort((one, other) => one.from - other.from)
  const out: { from: number; to: number }[] = []
  for (const { from, to } of sorted) {
    const last = out.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else if (from < to) out.push({ from, to })
  }
  return out
}

/**
 * Put one more into ranges that are sorted and joined already, and stay so. Sorting all of them
 * anew for each would be quadratic for whoever makes a hole beside each event.
 *
 * @returns how many numbers were not in them before
 */
export function insert(ranges: SyncRange[], { from, to }: SyncRange): number {
  const begin = firstWith(ranges, (range) => range.to >= from)
  const end = firstWith(ranges, (range) => range.from > to)
  const [first, last] = [ranges[begin], ranges[end - 1]]
  const meets = begin < end && first !== undefined && last !== undefined
  const whole = meets
    ? { from: Math.min(from, first.from), to: Math.max(to, last.to) }
    : { from, to }
  const before = ranges.splice(begin, end - begin, whole)
  return whole.to - whole.from - sizeOf(before)
}

/** Whether any of them overlaps this one, or is right beside it; sorted and joined. */
export function touches(ranges: readonly SyncRange[], { from, to }: SyncRange): boolean {
  const next = ranges[firstWith(ranges, (range) => range.to >= from)]
  return next !== undefined && next.from <= to
}

/** The first place where it holds, which it does from there on. */
function firstWith(ranges: readonly SyncRange[], holds: (range: SyncRange) => boolean): number {
  let [low, high] = [0, ranges.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const range = ranges[middle]
    if (range !== undefined && holds(range)) high = middle
    else low = middle + 1
  }
  return low
}

/** What is in the first and not in the others; both sorted and joined. */
export function without(ranges: readonly SyncRange[], others: readonly SyncRange[]): SyncRange[] {
  const out: SyncRange[] = []
  let at = 0
  for (const { from, to } of ranges) {
    let start = from
    while ((others[at]?.to ?? Infinity) <= start) at++
    for (let next = at; start < to; next++) {
      const other = others[next]
      if (other === undefined || other.from >= to) {
        out.push({ from: start, to })
        break
      }
      if (other.from > start) out.push({ from: start, to: other.from })
      start = Math.max(start, other.to)
    }
  }
  return out
}

/** What is in both. */
export function common(ranges: readonly SyncRange[], others: readonly SyncRange[]): SyncRange[] {
  const out: SyncRange[] = []
  for (const one of ranges) {
    for (const other of others) {
      const [from, to] = [Math.max(one.from, other.from), Math.min(one.to, other.to)]
      if (from < to) out.push({ from, to })
    }
  }
  return joined(out)
}

/** How many numbers are in them. */
export const sizeOf = (ranges: readonly SyncRange[]): number =>
  ranges.reduce((sum, { from, to }) => sum + to - from, 0)
