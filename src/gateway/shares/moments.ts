/**
 * Times of a run that tell no date. Each stands from the first of the run on, as long as all
 * clocks are near each other; but from one that stands at 1970 the others would stand as far as
 * today is, and that is the date. What lies further apart than any run rests is therefore left out:
 * what comes after it follows at once, in the same order as before.
 */

const US = 1_000

/**
 * The longest time that is believed in which nothing of a run begins or ends, ms: thirty days.
 * Between two clocks that are wrong by less nobody can know a date either, without knowing one of
 * them.
 */
export const REST_MS_MAX = 30 * 24 * 60 * 60_000

/**
 * @param moments all that will be asked for, µs since 1970, in any order
 * @returns ms since the first of them
 */
export function sinceFirst(moments: readonly number[]): (us: number) => number {
  const places = new Map<number, number>()
  let [before, placeUs]: [number | undefined, number] = [undefined, 0]
  for (const us of moments.toSorted((a, b) => a - b)) {
    const restUs = us - (before ?? us)
    if (restUs <= REST_MS_MAX * US) placeUs += restUs
    places.set(us, placeUs / US)
    before = us
  }
  return (us) => places.get(us) ?? 0
}
