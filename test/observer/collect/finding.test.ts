import { expect, test } from 'vitest'
import { findingFact } from '../../../src/observer/collect/finding.ts'

test('a finding is a fact by who found it, and the same finding is the same fact', () => {
  const log = { by: 'alice', boot: '01'.repeat(8) }
  const found = { type: 'integrity.forked', log, first: 50, count: 2 } as const
  const fact = findingFact({ ...found, at: 7, self: 'observer' })
  expect(fact).toEqual({
    id: `alice/${log.boot}/integrity.forked/50`,
    source: { kind: 'agent', by: 'observer' },
    atUs: 7_000,
    type: 'integrity.forked',
    body: { by: 'alice', boot: log.boot, first: 50, count: 2 }
  })
})
