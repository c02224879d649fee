/** Other runs of the same name: what a run can be compared with. */

import { get } from '../../api.ts'
import type { Page, Span, TraceSummary } from '../../types.ts'

export interface Alike {
  /** The newest first. */
  readonly passing: readonly TraceSummary[]
  readonly failing: readonly TraceSummary[]
}

/** Runs that are looked through for the same name, count. */
const FOUND_MAX = 100
/** Of each kind that are compared, count. */
export const COMPARED_MAX = 20
/** What a query may say, characters. */
const TEXT_MAX = 256
/** Spans of one run that are compared, count. */
export const SPANS_MAX = 500
/** Runs that are loaded at once, count. */
const AT_ONCE = 3

/** @throws ApiError */
export async function runsLike({ trace, name }: TraceSummary, signal: AbortSignal): Promise<Alike> {
  const find = async (status: 'ok' | 'error'): Promise<readonly TraceSummary[]> => {
    if (name === '') return []
    const asked = { status, text: wordsOf(name), limit: FOUND_MAX }
    const { items } = await get<Page<TraceSummary>>('/api/v1/traces', asked, signal)
    return items.filter((one) => one.name === name && one.trace !== trace)
  }
  const [passing, failing] = await Promise.all([find('ok'), find('error')])
  return { passing, failing }
}

/** Whole words alone are found: one that is cut is left out. */
function wordsOf(name: string): string {
  if (name.length <= TEXT_MAX) return name
  const cut = name.slice(0, TEXT_MAX)
  return cut.slice(0, Math.max(cut.lastIndexOf(' '), 0)) || cut
}

export interface LoadedRuns {
  readonly runs: readonly (readonly Span[])[]
  /** Runs of which only the earliest spans were loaded, count. */
  readonly cut: number
}

/** The spans of each. @throws ApiError */
export async function loadRuns(
  traces: readonly TraceSummary[],
  signal: AbortSignal
): Promise<LoadedRuns> {
  const runs: (readonly Span[])[] = []
  let cut = 0
  const waiting = [...traces]
  const work = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const path = `/api/v1/traces/${one.trace}/spans`
      const { items, next } = await get<Page<Span>>(path, { limit: SPANS_MAX }, signal)
      runs.push(items)
      if (next !== undefined) cut++
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { runs, cut }
}
