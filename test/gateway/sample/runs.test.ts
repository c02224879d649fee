import { expect, test } from 'vitest'
import { SAMPLE_FAILED, SAMPLE_TRACES, sampleRuns } from '../../../src/gateway/sample/runs.ts'

const NOW = 1_795_000_000_000

test('some runs went well and one failed, all of them a while ago', () => {
  const runs = sampleRuns(NOW)
  const roots = runs.map(({ spans }) => spans[0])
  expect(roots.map((root) => root?.trace)).toEqual(SAMPLE_TRACES)
  expect(new Set(SAMPLE_TRACES).size).toBe(SAMPLE_TRACES.length)
  expect(new Set(roots.map((root) => root?.name))).toEqual(new Set(['plan a trip']))
  const failed = roots.filter((root) => root?.status === 'error')
  expect(failed.map((root) => root?.trace)).toEqual([SAMPLE_FAILED])
  const ends = runs.flatMap(({ spans }) => spans.map(({ endUs = 0 }) => endUs))
  expect(Math.max(...ends)).toBeLessThan(NOW * 1_000)
  expect(Math.min(...ends)).toBeGreaterThan((NOW - 24 * 3_600_000) * 1_000)
})
