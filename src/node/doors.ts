/** The doors of an agent on its own machine: the control socket, and the page of its metrics. */

import type { Counters } from './counters.ts'
import type { MetricsServer } from './diagnosis/metrics-server.ts'
import type { Observed } from './diagnosis/observed.ts'
import type { Logs } from './logger.ts'
import { MetricsDoor } from './metrics-door.ts'
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

/**
 * @returns the door that can be moved while the agent runs
 * @throws PeerworkError `HOME_IN_USE`, `STORE_FAILED`, or `BAD_OPTION` for a port that is taken
 */
export async function openDoors(doors: Doors): Promise<MetricsDoor> {
  const { agent, options, logs, closers, served } = doors
  // Of two doors, the first is closed again when the second cannot be opened.
  await using opened = new AsyncDisposableStack()
  if (options.control && options.home !== undefined) {
    const { serveControl } = await import('./control.ts')
    const full = () => doors.counters.count('commands_refused', { code: 'BUSY' })
    const log = logs('control')
    opened.use(await serveControl({ agent, home: options.home, log, full }))
  }
  const metrics = opened.use(new MetricsDoor((port) => openMetrics(doors, port), served))
  if (options.metrics !== undefined) await (await metrics.move(options.metrics)).keep()
  const kept = opened.move()
  closers.unshift(() => kept.disposeAsync())
  return metrics
}

async function openMetrics(doors: Doors, port: number): Promise<MetricsServer> {
  const { agent, counters, observed, logs } = doors
  const { serveAgentMetrics } = await import('./diagnosis/agent-metrics.ts')
  const status = () => agent.glance()
  return serveAgentMetrics({ port, counters, observed, status, log: logs('diagnosis') })
}
