/** Rows of different heights, one below the other. */

/** Where each begins, px, and the height of all. */
export function topsOf(heights: readonly number[]): readonly number[] {
  const tops = [0]
  for (const height of heights) tops.push((tops.at(-1) ?? 0) + height)
  return tops
}

/** The row that covers a height; the first before all, the last after all. */
export function rowAt(tops: readonly number[], px: number): number {
  let [low, high] = [0, Math.max(0, tops.length - 2)]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((tops[middle] ?? 0) <= px) low = middle
    else high = middle - 1
  }
  return low
}
