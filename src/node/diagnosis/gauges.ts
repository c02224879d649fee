/** What can be looked up of an agent at any time, as gauges. */

import type { AgentInfo, AgentStatus } from '../api.ts'
import type { Counters } from '../counters.ts'
import { VERSION } from '../version.ts'
import { skewOf } from './check-clock.ts'
import { HEALTH } from './health.ts'
import type { SupervisedLink } from './link.ts'
import type { ClockReading } from './observed.ts'

/**
 * Register the gauges.
 *
 * @param latest the status as of this scrape; undefined before the first
 */
export function registerGauges(
  counters: Counters,
  latest: () => AgentStatus | undefined,
  clocks: () => readonly ClockReading[]
): void {
  const load = (): AgentInfo['load'] | undefined => latest()?.info.load
  const versions = { version: VERSION, node: process.versions.node }
  counters.gauge('build_info', () => [{ labels: versions, value: 1 }])
  counters.gauge('health', () => {
    return HEALTH.map((state) => ({ labels: { state }, value: latest()?.state === state ? 1 : 0 }))
  })
  counters.gauge('findings', () => {
    const findings = latest()?.findings ?? []
    return findings
      .filter(({ level }) => level !== 'pass')
      .map(({ code, level }) => ({ labels: { code, level }, value: 1 }))
  })
  counters.gauge('peers', () => latest()?.peers ?? 0)
  counters.gauge('links', () => tally(latest()?.links ?? []))
  counters.gauge('tasks_running', () => load()?.running ?? 0)
  counters.gauge('tasks_queued', () => load()?.queued ?? 0)
  counters.gauge('tasks_capacity', () => load()?.capacity ?? 0)
  counters.gauge('peers_waiting', () => latest()?.work?.peersWaiting ?? 0)
  counters.gauge('queue_wait_longest_seconds', () => {
    return (latest()?.work?.longestWaitMs ?? 0) / 1_000
  })
  counters.gauge('clock_skew_seconds', () => {
    const skewMs = skewOf(clocks())
    return skewMs === undefined ? [] : [{ labels: {}, value: skewMs / 1_000 }]
  })
  counters.gauge('start_time_seconds', () => (latest()?.info.started ?? 0) / 1_000)
  counters.gauge('resident_memory_bytes', () => process.memoryUsage.rss())
}

/** How many links of each kind are in each state; those with none at 0, so that graphs begin. */
function tally(links: readonly SupervisedLink[]) {
  const kinds = ['bootstrap', 'relay'] as const
  const states = ['up', 'connecting', 'down'] as const
  return kinds.flatMap((kind) =>
    states.map((state) => ({
      labels: { kind, state },
      value: links.filter((link) => link.kind === kind && link.state === state).length
    }))
  )
}
