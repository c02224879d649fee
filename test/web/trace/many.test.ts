import { expect, test } from 'vitest'
import type { Span } from '../../../web/src/types.ts'
import { compareRuns, fisher, standsOut } from '../../../web/src/trace/differs/many.ts'

const span = (more: Partial<Span>): Span => ({
  ...{ trace: 't', span: 's', source: { kind: 'key', by: 'k' }, kind: 'tool', status: 'ok' },
  ...{ startUs: 0, endUs: 100_000, agent: 'a', name: 'search' },
  ...more
})
const runs = (count: number, ...spans: Span[]) => Array.from({ length: count }, () => spans)

test('what only failing runs have stands out when there are enough of them', () => {
  const bad = runs(10, span({ tool: 'search' }), span({ error: { code: 'X', message: '' } }))
  const compared = compareRuns(bad, runs(10, span({ tool: 'search' })))
  const [first, ...rest] = compared.traits
  expect(first).toMatchObject({ kind: 'error', value: 'X', failing: 10, passing: 0 })
  expect(standsOut(first!, compared)).toBe(true)
  // The tool is in all of them: it tells nothing.
  expect(rest).toEqual([])
})

test('with one run of each nothing stands out', () => {
  const compared = compareRuns(runs(1, span({ model: 'm' })), runs(1, span({})))
  expect(compared.traits).toMatchObject([{ kind: 'model', failing: 1, passing: 0, chance: 0.5 }])
  expect(standsOut(compared.traits[0]!, compared)).toBe(false)
})

test('a step is slow beside its usual time, and only when a usual time is known', () => {
  const slow = span({ endUs: 400_000 })
  expect(compareRuns(runs(3, slow), runs(3, span({}))).traits).toMatchObject([
    { kind: 'slow step', value: 'a: search', failing: 3, passing: 0 }
  ])
  expect(compareRuns(runs(3, slow), runs(2, span({}))).traits).toEqual([])
  expect(compareRuns(runs(3, span({ endUs: 140_000 })), runs(3, span({}))).traits).toEqual([])
})

test('chance is Fisher’s: of the lady who tasted tea, 1 in 70 and 17 in 70', () => {
  expect(fisher({ having: 4, of: 4, otherHaving: 0, ofOthers: 4 })).toBeCloseTo(1 / 70, 12)
  expect(fisher({ having: 3, of: 4, otherHaving: 1, ofOthers: 4 })).toBeCloseTo(17 / 70, 12)
  expect(fisher({ having: 0, of: 4, otherHaving: 0, ofOthers: 4 })).toBeCloseTo(1, 12)
})
