/** Numbers and times as people read them. */

const number = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

export const countOf = (count: number): string =>
  count < 10_000 ? number.format(count) : short.format(count)

/** `0.4 ms`, `350 ms`, `2.41 s`, `3 min 12 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(2))} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1_000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** US dollars; small sums keep what matters of them. */
export function money(dollars: number): string {
  if (dollars === 0) return '$0'
  if (dollars < 0.000_1) return '<$0.0001'
  if (dollars < 1) return `$${Number(dollars.toPrecision(2))}`
  return `$${dollars.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

/** `now`, `12 s ago`, `5 min ago`, `3 h ago`, then the date. */
export function ago(us: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - us / 1_000) / 1_000))
  if (seconds < 2) return 'now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`
  return moment(us).slice(0, 16)
}

const two = (value: number): string => String(value).padStart(2, '0')

/** `2026-11-21 10:42:07`, of the reader's own clock. */
export function moment(us: number): string {
  const at = new Date(us / 1_000)
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** `97 %`, and never 100 while something is missing. */
export function percent(share: number): string {
  if (share >= 1) return '100 %'
  return `${Math.min(99.9, Number((share * 100).toFixed(1)))} %`
}

/** The end of an id, enough to tell it from others. */
export const tail = (id: string): string => (id.length > 12 ? `…${id.slice(-8)}` : id)
