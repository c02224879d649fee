/** Times of memberships and invitations, for people. */

import { span } from '../../node/diagnosis/ago.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const HOUR_MS = 60 * 60 * 1000
const MINUTE_MS = 60 * 1000

/** `2026-12-05 04:30 (in 14 days)`, in the time zone of this machine. */
export function until(at: number, now: number): string {
  return `${dateTime(at)} (${at > now ? `in ${length(at - now)}` : `${length(now - at)} ago`})`
}

/** Two weeks less a moment are two weeks. */
const length = (ms: number): string =>
  ms < 2 * DAY_MS ? span(ms) : `${Math.round(ms / DAY_MS)} days`

/** `2026-12-05 04:30` */
function dateTime(at: number): string {
  const date = new Date(at)
  const part = (value: number): string => String(value).padStart(2, '0')
  const day = [date.getFullYear(), part(date.getMonth() + 1), part(date.getDate())].join('-')
  return `${day} ${part(date.getHours())}:${part(date.getMinutes())}`
}

/** `14 days`, `3 h`, `12 min`, `40 s`: one unit, for columns. */
export function brief(ms: number): string {
  if (ms >= 2 * DAY_MS) return length(ms)
  const units = [
    [HOUR_MS, 'h'],
    [MINUTE_MS, 'min']
  ] as const
  for (const [size, unit] of units) if (ms >= size) return `${Math.floor(ms / size)} ${unit}`
  return `${Math.max(0, Math.floor(ms / 1000))} s`
}
