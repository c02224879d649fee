import { expect, test } from 'vitest'
import { Counters, METRICS } from '../../../src/node/counters.ts'
import type { MetricName } from '../../../src/node/counters.ts'
import { outsideName, toPrometheus } from '../../../src/node/diagnosis/prometheus.ts'
import { checkMetrics, noPrometheus } from '../../helpers/prometheus.ts'

/** Every metric with samples, some of them nasty. */
function full(): Counters {
  const counters = new Counters()
  counters.count('tasks_ended', { side: 'executor', state: 'failed', code: 'a "b"\\c\nd' })
  counters.count('peers_refused', { code: 'WRONG_NETWORK', by: 'us' })
  counters.count('dials_failed', { reason: 'refused' })
  counters.count('trace_batches_refused', { code: 'REPLAYED' })
  counters.count('probes_refused', { code: 'BUSY' }, 3)
  counters.gauge('peers', () => 2)
  counters.gauge('clock_skew_seconds', () => -0.25)
  counters.gauge('resident_memory_bytes', () => 1.5e21)
  counters.gauge('start_time_seconds', () => Infinity)
  counters.gauge('health', () => [{ labels: { state: 'ok' }, value: 1 }])
  return counters
}

test('a family is its help, its type and a line for each sample', () => {
  const page = toPrometheus(full())
  expect(page).toContain(
    '# HELP peerwork_probes_refused_total Requests to dial a peer back that were refused, ' +
      'by error code.\n' +
      '# TYPE peerwork_probes_refused_total counter\n' +
      'peerwork_probes_refused_total{code="BUSY"} 3\n'
  )
  expect(page).toContain('\npeerwork_peers 2\n')
  expect(page).toContain('\npeerwork_clock_skew_seconds -0.25\n')
  expect(page).toContain('\nprocess_start_time_seconds +Inf\n')
  expect(page.endsWith('\n')).toBe(true)
})

test('quotes, backslashes and line breaks in labels are escaped', () => {
  expect(toPrometheus(full())).toContain(String.raw`code="a \"b\"\\c\nd"} 1`)
})

test('counters end in _total, and what every process has keeps its usual name', () => {
  const names = (Object.keys(METRICS) as MetricName[]).map(outsideName)
  expect(names).toContain('peerwork_dials_failed_total')
  expect(names).toContain('process_resident_memory_bytes')
  expect(new Set(names).size).toBe(names.length)
})

test.skipIf(noPrometheus)('promtool has nothing to complain about', () => {
  expect(checkMetrics(toPrometheus(full()))).toEqual({ code: 0, complaints: '' })
  expect(checkMetrics('peerwork_peers two\n').code, 'it does find faults').not.toBe(0)
})
