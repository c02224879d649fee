/** The doors of an agent on its own machine: the control socket, and the page of its metrics. */

import type { Counters } from './counters.ts'
import type { MetricsServer } from './diagnosis/metrics-server.ts'
import type { Observed } from './diagnosis/observed.ts'
import type { Logs } from './logger.ts'
import type { AgentOptions } from './options.ts'
import type { Parts, PeerAgent } from './peer-agent.ts'

export interface Doors {
  readonly agent: PeerAgent
  readonly options: Pick<AgentOptions, 'control' | 'home' | 'metrics'>
  readonly counters: Counters
  readonly observed: Observed
  readonly logs: Logs
  /** Told where the metrics are. */
  readonly served: Parts['served']
  /** Given what closes the doors again, the last one opened first. */
  readonly closers: Parts['closers']
}

/** @throws PeerworkError `HOME_IN_USE`, `STORE_FAILED`, or `BAD_OPTION` for a port that is taken */
export async function openDoors(doors: Doors): Promise<void> {
  const { agent, options, logs, closers, served } = doors
  // Of two doors, the first is closed again when the second cannot be opened.
  await using opened = new AsyncDisposableStack()
  if (options.control && options.home !== undefined) {
    const { serveControl } = await import('./control.ts')
    const full = () => doors.counters.count('commands_refused', { code: 'BUSY' })
    const log = logs('control')
    opened.use(await serveControl({ agent, home: options.home, log, full }))
  }
  if (options.metrics !== undefined) {
    const metrics = opened.use(await openMetrics(doors, options.metrics))
    served.metrics = metrics.url
  }
  const kept = opened.move()
  closers.unshift(() => kept.disposeAsync())
}

async function openMetrics(doors: Doors, port: number): Promise<MetricsServer> {
  const { agent, counters, observed, logs } = doors
  const { serveAgentMetrics } = await import('./diagnosis/agent-metrics.ts')
  const status = () => agent.status()
  return serveAgentMetrics({ port, counters, observed, status, log: logs('diagnosis') })
}
