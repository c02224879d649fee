/** What a run is called where nothing of its contents may stand: by its numbers. */

import type { TraceSummary } from '../../observer/store.ts'
import { REST_MS_MAX } from './moments.ts'

type Told = Pick<TraceSummary, 'agents' | 'startUs' | 'endUs' | 'status'>

const ENDS: Readonly<Record<TraceSummary['status'], string>> = {
  ...{ open: 'running', ok: 'ok', error: 'failed', canceled: 'canceled' }
}

/**
 * `A run of 3 agents, 12 s, failed`. Not how long it took where that would be more than is
 * believed: since a clock that stands at 1970 it is the date.
 */
export function titleOf({ agents, startUs, endUs, status }: Told): string {
  const who = agents.length === 0 ? '' : ` of ${agents.length} agent${agents.length > 1 ? 's' : ''}`
  const ms = endUs === null ? Infinity : (endUs - startUs) / 1_000
  const took = ms > REST_MS_MAX ? [] : [durationOf(ms)]
  return [`A run${who}`, ...took, ENDS[status]].join(', ')
}

function durationOf(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = ms / 1_000
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`
  if (seconds < 60) return `${Math.floor(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
