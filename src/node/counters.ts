/**
 * Named numbers of one agent: what it counted since its start, and what it can look up right now.
 *
 * Every metric is in the table, with its help text and its labels, so that nothing can be counted
 * under two names, and `docs/diagnosis.md` can be held against it. A `counter` only grows; a
 * `gauge` is read when somebody asks.
 */

/** Different label values kept of one metric, count; the rest is counted together as `other`. */
const SERIES_MAX = 128
const OTHER = 'other'

interface Metric {
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly labels?: readonly string[]
}

/** Names without the prefix `peerwork_`, and without the `_total` that counters get on the way. */
export const METRICS = {
  // Counted as it happens
  tasks_refused: {
    type: 'counter',
    help: 'Tasks of others that this agent refused to take, by error code and reason.',
    labels: ['code', 'reason']
  },
  tasks_begun: { type: 'counter', help: 'Tasks of others that began to run.' },
  queue_wait_seconds: {
    type: 'counter',
    help: 'How long those that began had waited before, all together.'
  },
  tasks_ended: {
    type: 'counter',
    help: 'Tasks that ended, by side (requester, executor), state and error code.',
    labels: ['side', 'state', 'code']
  },
  peers_refused: {
    type: 'counter',
    help: 'Peers that were turned away, or turned this agent away, by error code and by whom.',
    labels: ['code', 'by']
  },
  dials_failed: {
    type: 'counter',
    help: 'Attempts to reach an address that failed, by reason.',
    labels: ['reason']
  },
  connections_refused: {
    type: 'counter',
    help: 'Connections cut off before a word was said, by reason.',
    labels: ['reason']
  },
  streams_refused: {
    type: 'counter',
    help: 'Streams of peers that were not served, by protocol and error code.',
    labels: ['protocol', 'code']
  },
  commands_refused: {
    type: 'counter',
    help: 'Connections to the control socket that were not served, by error code.',
    labels: ['code']
  },
  trace_batches_refused: {
    type: 'counter',
    help: 'Trace batches of others that were not taken, by error code.',
    labels: ['code']
  },
  probes_refused: {
    type: 'counter',
    help: 'Requests to dial a peer back that were refused, by error code.',
    labels: ['code']
  },
  // Looked up when asked
  build_info: {
    type: 'gauge',
    help: 'Always 1; the labels tell the versions.',
    labels: ['version', 'node']
  },
  health: {
    type: 'gauge',
    help: '1 for the state the agent is in, 0 for the others.',
    labels: ['state']
  },
  findings: {
    type: 'gauge',
    help: 'What is not right now: 1 for each finding that is no pass.',
    labels: ['code', 'level']
  },
  peers: { type: 'gauge', help: 'Peers this agent is connected with.' },
  links: {
    type: 'gauge',
    help: 'Supervised links, by kind (bootstrap, relay) and state.',
    labels: ['kind', 'state']
  },
  tasks_running: { type: 'gauge', help: 'Tasks of others that run now.' },
  tasks_queued: { type: 'gauge', help: 'Tasks of others that wait.' },
  tasks_capacity: { type: 'gauge', help: 'Tasks of others that may run at once.' },
  peers_waiting: { type: 'gauge', help: 'Peers whose tasks wait.' },
  queue_wait_longest_seconds: { type: 'gauge', help: 'How long the oldest task that waits does.' },
  clock_skew_seconds: {
    type: 'gauge',
    help: 'How far this clock is ahead of the median of the connected peers; negative: behind.'
  },
  start_time_seconds: { type: 'gauge', help: 'When the agent was started, seconds since 1970.' },
  resident_memory_bytes: { type: 'gauge', help: 'Memory of the agent without its runners.' }
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof METRICS
type NameOf<Type> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never
}[MetricName]
export type CounterName = NameOf<'counter'>
export type GaugeName = NameOf<'gauge'>

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  readonly value: number
}

type Series = Map<string, { readonly labels: Labels; value: number }>

export class Counters {
  readonly #counts = new Map<CounterName, Series>()
  readonly #gauges = new Map<GaugeName, () => readonly Sample[]>()

  /** One more. Labels have few different values: codes and states, never ids or names. */
  count(name: CounterName, labels: Labels = {}, by = 1): void {
    let series = this.#counts.get(name)
    if (series === undefined) this.#counts.set(name, (series = new Map()))
    const key = keyOf(name, labels)
    const sample = series.get(key)
    if (sample !== undefined) sample.value += by
    else if (series.size < SERIES_MAX) series.set(key, { labels, value: by })
    else this.#countOther(series, labels, by)
  }

  #countOther(series: Series, labels: Labels, by: number): void {
    const sample = series.get(OTHER)
    const shown = Object.fromEntries(Object.keys(labels).map((label) => [label, OTHER]))
    series.set(OTHER, { labels: shown, value: (sample?.value ?? 0) + by })
  }

  /** How to look a gauge up. The last one to say so is asked. */
  gauge(name: GaugeName, read: () => number | readonly Sample[]): void {
    this.#gauges.set(name, () => {
      const value = read()
      return typeof value === 'number' ? [{ labels: {}, value }] : value
    })
  }

  /** What is known of a metric now; a counter without labels begins at 0. */
  samples(name: MetricName): readonly Sample[] {
    const metric: Metric = METRICS[name]
    if (metric.type === 'gauge') return this.#gauges.get(name as GaugeName)?.() ?? []
    const counted = [...(this.#counts.get(name as CounterName)?.values() ?? [])]
    if (counted.length > 0 || metric.labels !== undefined) return counted
    return [{ labels: {}, value: 0 }]
  }
}

/** The values in the order of the table, for this is counted at every task. */
function keyOf(name: CounterName, labels: Labels): string {
  let key = ''
  const { labels: names = [] }: Metric = METRICS[name]
  for (const label of names) key += `${labels[label] ?? ''}\n`
  return key
}
