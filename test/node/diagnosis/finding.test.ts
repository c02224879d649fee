/** Also holds docs/diagnosis.md against the table of checks. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { METRICS } from '../../../src/node/counters.ts'
import { CHECKS, fail, inOrder, pass, warn } from '../../../src/node/diagnosis/finding.ts'
import { outsideName } from '../../../src/node/diagnosis/prometheus.ts'
import type { MetricName } from '../../../src/node/counters.ts'

const page = readFileSync(new URL('../../../docs/diagnosis.md', import.meta.url), 'utf8')

test('a finding knows what was looked at, and what to do unless all is well', () => {
  const { hint, what } = CHECKS.CLOCK
  expect(pass('CLOCK', 'fine')).toEqual({
    ...{ code: 'CLOCK', level: 'pass', what, why: 'fine', hint: null, facts: {} }
  })
  expect(warn('CLOCK', 'late')).toMatchObject({ level: 'warn', hint, facts: {} })
  expect(fail('CLOCK', 'late', { hint: 'Wind it.', facts: { skewMs: 1 } })).toMatchObject({
    ...{ level: 'fail', hint: 'Wind it.', facts: { skewMs: 1 } }
  })
})

test('findings are read from the machine outwards', () => {
  const mixed = [pass('PEERS', 'one'), pass('AGENT', 'up'), pass('CLOCK', 'fine')]
  expect(inOrder(mixed).map(({ code }) => code)).toEqual(['AGENT', 'CLOCK', 'PEERS'])
})

test('every check is documented once, in order, with what it means and what to do', () => {
  const rows = [...page.matchAll(/^\| `([A-Z]+)` \|([^|]+)\|([^|]+)\|([^|]+)\|([^|]+)\|$/gm)]
  expect(rows.map(([, code]) => code)).toEqual(Object.keys(CHECKS))
  for (const [, code, what = '', , , action = ''] of rows) {
    expect(what.trim(), code).toBe(CHECKS[code as keyof typeof CHECKS].what)
    expect(action.trim(), code).toMatch(/^[A-Z`].{5,}\.$/)
  }
})

test('every metric is documented once with its name outside, and no other', () => {
  const told = [...page.matchAll(/^\| `((?:peerwork|process)_[a-z_]+)` \|/gm)].map(([, n]) => n)
  expect(told).toEqual((Object.keys(METRICS) as MetricName[]).map(outsideName))
})
