/** The time that is looked at, as it stands in the address and as the API takes it. */

export const SPANS = [
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days']
] as const
const USUAL = '7d'
const DAY_MS = 86_400_000
const DATE = /^\d{4}-\d\d-\d\d$/

export interface TimeWindow {
  /** `24h`, `7d`, `30d`; absent when days were chosen. */
  readonly since?: string
  /** Days, the last one included: `2026-11-20`, UTC, as the sums are. */
  readonly from?: string
  readonly to?: string
  readonly grain: 'hour' | 'day'
}

/** What does not make sense in an address is left out. */
export function windowIn(query: URLSearchParams): TimeWindow {
  const [from, to] = [dateIn(query, 'from'), dateIn(query, 'to')]
  const by = query.get('by')
  if (from !== undefined || to !== undefined) {
    const grain = by === 'hour' || by === 'day' ? by : from === to ? 'hour' : 'day'
    return { ...(from && { from }), ...(to && { to }), grain }
  }
  const asked = query.get('since') ?? ''
  const since = SPANS.some(([one]) => one === asked) ? asked : USUAL
  const grain = by === 'hour' || by === 'day' ? by : since === '24h' ? 'hour' : 'day'
  return { since, grain }
}

function dateIn(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name) ?? ''
  return DATE.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined
}

export interface Edges {
  /** ms since 1970; undefined is from the beginning, and until now. */
  readonly fromMs: number | undefined
  readonly toMs: number
}

const LENGTHS: Readonly<Record<string, number>> = { '24h': 1, '7d': 7, '30d': 30 }

export function edgesOf({ since, from, to }: TimeWindow, nowMs: number): Edges {
  if (since !== undefined) return { fromMs: nowMs - (LENGTHS[since] ?? 7) * DAY_MS, toMs: nowMs }
  return {
    fromMs: from === undefined ? undefined : Date.parse(from),
    toMs: to === undefined ? nowMs : Date.parse(to) + DAY_MS
  }
}

/** The day after a day. */
export const dayAfter = (date: string): string =>
  new Date(Date.parse(date) + DAY_MS).toISOString().slice(0, 10)

/** Parameters of the API. */
export function asked({ since, from, to }: TimeWindow): { from?: string; to?: string } {
  if (since !== undefined) return { from: since }
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to: dayAfter(to) })
  }
}
