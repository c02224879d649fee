/** Times and lengths of time inside a sentence. */

/** `40 s`, `3 min`, `3 min 12 s`, `2 h 5 min`, `4 days`: at most two units, the rest is noise. */
export function span(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return both(minutes, 'min', seconds % 60, 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return both(hours, 'h', minutes % 60, 'min')
  return `${Math.floor(hours / 24)} days`
}

/** `since 12:03:09 UTC (3 min)`. */
export function since(time: number, now: number): string {
  const clock = new Date(time).toISOString().slice(11, 19)
  return `since ${clock} UTC (${span(now - time)})`
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}
