/**
 * Metrics in the text format of Prometheus, version 0.0.4.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats: a line `# HELP`, a line `# TYPE`, and
 * a line for each sample. Values are 64-bit floats; help texts and label values are escaped.
 */

import { METRICS } from '../counters.ts'
import type { Counters, MetricName, Sample } from '../counters.ts'

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Metrics that every process has, under the names that every dashboard knows. */
const COMMON: Partial<Record<MetricName, string>> = {
  start_time_seconds: 'process_start_time_seconds',
  resident_memory_bytes: 'process_resident_memory_bytes'
}

/** All metrics, in the order of the table; without samples, only what they would mean. */
export function toPrometheus(counters: Pick<Counters, 'samples'>): string {
  const names = Object.keys(METRICS) as MetricName[]
  return names.map((name) => family(name, counters.samples(name))).join('')
}

/** The name a metric has outside. */
export function outsideName(name: MetricName): string {
  const suffix = METRICS[name].type === 'counter' ? '_total' : ''
  return COMMON[name] ?? `peerwork_${name}${suffix}`
}

function family(name: MetricName, samples: readonly Sample[]): string {
  const { type, help } = METRICS[name]
  const outside = outsideName(name)
  const head = [`# HELP ${outside} ${escapeHelp(help)}`, `# TYPE ${outside} ${type}`]
  const lines = samples.map((sample) => line(outside, sample))
  return `${[...head, ...lines].join('\n')}\n`
}

function line(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${number(value)}`
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"')
