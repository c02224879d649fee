/** A trace from far: what it was, how it hangs together, what took its time, where it broke. */

import type { StoredSpan, TraceStore, TraceSummary } from '../store.ts'
import { allSpans } from './all-spans.ts'
import { criticalPath } from './critical-path.ts'
import type { Segment } from './critical-path.ts'
import { topologyOf } from './topology.ts'
import type { Topology } from './topology.ts'

export interface TraceView {
  readonly summary: TraceSummary
  readonly topology: Topology
  readonly criticalPath: readonly Segment[]
  readonly failed: readonly Failed[]
}

export interface Failed {
  readonly span: string
  readonly name: string
  readonly agent: string | null
  readonly error: { readonly code: string; readonly message: string }
}

/** @param nodes of the tree at most, count */
export async function traceView(
  store: TraceStore,
  trace: string,
  nodes?: number
): Promise<TraceView | undefined> {
  const [summary, spans] = await Promise.all([store.trace(trace), allSpans(store, trace)])
  if (summary === undefined) return undefined
  return {
    ...{ summary, topology: topologyOf(spans, nodes), criticalPath: criticalPath(spans) },
    failed: whereItBroke(spans)
  }
}

/** A failure spreads upwards: the cause is where nothing below has failed. */
export function whereItBroke(spans: readonly StoredSpan[]): readonly Failed[] {
  const failed = spans.filter(({ status }) => status === 'error')
  const above = new Set(failed.map(({ parent }) => parent))
  const causes = failed.filter(({ span }) => !above.has(span))
  return causes.map(({ span, name, kind, agent, error }) => ({
    ...{ span, name: name ?? kind, agent: agent ?? null },
    error: error ?? { code: 'ERROR', message: 'failed without saying why' }
  }))
}
