import { expect, test } from 'vitest'
import type { Rule } from '../../../src/observer/alerts/rule.ts'
import { tryRule } from '../../../src/observer/alerts/try-rule.ts'
import { readLine } from '../../../src/observer/ndjson.ts'
import { TRACE } from '../../gateway/observed.ts'
import { house } from './house.ts'

const base = {
  ...{ id: 'try', name: 'Too much', enabled: true, severity: 'info' },
  ...{ renotifyMinutes: 60, resolveAfterMinutes: 60 }
} as const

/** Two spans of one agent, one of which failed and cost $3, a guard that stopped it. */
async function worked() {
  const { observer, clock } = await house()
  const now = clock.now()
  const one = { type: 'span', trace: TRACE, name: 'chat', kind: 'model', model: 'm', agent: 'a' }
  const lines = [
    {
      ...one,
      span: '1'.repeat(16),
      start: now - 5_000,
      end: now - 1_000,
      cost: 3,
      status: 'error'
    },
    { ...one, span: '2'.repeat(16), start: now - 5_000, end: now - 2_000, cost: 0 },
    { type: 'guard', trace: TRACE, at: now - 1_000, guard: 'loop\u0007', action: 'stopped' }
  ]
  const source = { kind: 'key', by: 'k' } as const
  await observer.store.ingest(lines.map((line) => readLine(JSON.stringify(line), source)))
  return async (rule: object) => {
    const { found, note } = await tryRule({ ...base, ...rule } as Rule, observer.store, now)
    return { titles: found.map(({ title }) => title), note }
  }
}

test('a rule that is tried finds what it would tell of', async () => {
  const tried = await worked()
  const window = { windowMinutes: 60 }
  const cost = { kind: 'threshold', of: 'cost', ...window }
  expect((await tried({ ...cost, above: 1 })).titles).toEqual(['Too much: $3'])
  expect((await tried({ ...cost, above: 3 })).titles).toEqual([])
  expect((await tried({ ...cost, above: 1, agent: 'b' })).titles).toEqual([])
  const trace = { kind: 'trace', of: 'durationMs', ...window }
  expect((await tried({ ...trace, above: 3_000 })).titles).toEqual(['chat took 4 s'])
  expect((await tried({ kind: 'budget', usd: 4, period: 'day', at: 0.5 })).titles).toHaveLength(1)
  expect((await tried({ kind: 'absence', agent: 'a', minutes: 5 })).titles).toEqual([])
  expect((await tried({ kind: 'absence', agent: 'b', minutes: 5 })).titles).toEqual([
    'Nothing of b ever'
  ])
  expect((await tried({ kind: 'handoff', failures: 1, ...window })).titles).toEqual([])
  expect((await tried({ kind: 'integrity', of: 'gap', above: 0, minutes: 9 })).titles).toEqual([])
})

test('what cannot be tried is said, and what a stranger named is one harmless line', async () => {
  const tried = await worked()
  const slow = await tried({ kind: 'threshold', of: 'p95Ms', above: 1, windowMinutes: 5 })
  expect(slow).toEqual({ titles: [], note: expect.stringMatching('cannot be tried') as unknown })
  const { titles } = await tried({ kind: 'guard', action: 'any' })
  expect(titles).toHaveLength(1)
  expect(titles[0]).toMatch(/^loop.* stopped k$/)
  expect(titles[0]).not.toContain('\u0007')
})
