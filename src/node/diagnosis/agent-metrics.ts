/** The metrics server of an agent: its status, its counters and what can be looked up. */

import type { AgentStatus } from '../api.ts'
import type { Counters } from '../counters.ts'
import { registerGauges } from './gauges.ts'
import { serveMetrics } from './metrics-server.ts'
import type { MetricsInit, MetricsServer } from './metrics-server.ts'
import type { Observed } from './observed.ts'
import { toPrometheus } from './prometheus.ts'

export interface AgentMetricsInit extends Omit<MetricsInit, 'metrics'> {
  readonly counters: Counters
  readonly observed: Pick<Observed, 'clocks'>
}

/** @throws PeerworkError `BAD_OPTION` when the port cannot be had */
export function serveAgentMetrics(init: AgentMetricsInit): Promise<MetricsServer> {
  const { counters, observed, status } = init
  let latest: AgentStatus | undefined
  registerGauges(
    counters,
    () => latest,
    () => observed.clocks
  )
  return serveMetrics({
    ...init,
    async metrics() {
      latest = await status()
      return toPrometheus(counters)
    }
  })
}
