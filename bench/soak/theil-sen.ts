/**
 * How fast something grows: the median of the slopes between all pairs of samples (Theil 1950, Sen
 * 1968). Up to 29 of 100 samples may be far off before it moves; a line of least squares is moved
 * by the first garbage collection that comes late.
 *
 * @param samples pairs of time and value, at least two times apart
 * @returns value per unit of time
 */
export function slopeOf(samples: readonly (readonly [number, number])[]): number {
  const slopes: number[] = []
  for (const [at, [time, value]] of samples.entries()) {
    for (const [before, less] of samples.slice(0, at)) {
      if (time !== before) slopes.push((value - less) / (time - before))
    }
  }
  slopes.sort((one, other) => one - other)
  const middle = Math.floor(slopes.length / 2)
  const upper = slopes[middle] ?? Number.NaN
  return slopes.length % 2 === 1 ? upper : (upper + (slopes[middle - 1] ?? upper)) / 2
}
