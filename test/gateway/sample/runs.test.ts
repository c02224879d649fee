import { expect, test } from 'vitest'
import { openAccess } from '../../../src/gateway/access/database.ts'
import { sampleIn, sampleOf } from '../../../src/gateway/sample/runs.ts'
import { temporary } from '../observed.ts'

const NOW = 1_795_000_000_000

test('some runs went well and one failed, all of them a while ago', () => {
  const { traces, failed: bad, runs: made } = sampleOf('salt')
  const runs = made(NOW)
  const roots = runs.map(({ spans }) => spans[0])
  expect(roots.map((root) => root?.trace)).toEqual(traces)
  expect(new Set(traces).size).toBe(traces.length)
  expect(new Set(roots.map((root) => root?.name))).toEqual(new Set(['plan a trip']))
  const failed = roots.filter((root) => root?.status === 'error')
  expect(failed.map((root) => root?.trace)).toEqual([bad])
  const ends = runs.flatMap(({ spans }) => spans.map(({ endUs = 0 }) => endUs))
  expect(Math.max(...ends)).toBeLessThan(NOW * 1_000)
  expect(Math.min(...ends)).toBeGreaterThan((NOW - 24 * 3_600_000) * 1_000)
})

test('an observer has ids of its own, which outlive it', () => {
  const [dir, other] = [temporary(), temporary()]
  const tracesIn = (where: string): readonly string[] => {
    using access = openAccess(where)
    return sampleIn(access).traces
  }
  const traces = tracesIn(dir)
  expect(tracesIn(dir)).toEqual(traces)
  expect(tracesIn(other).filter((trace) => traces.includes(trace))).toEqual([])
})
