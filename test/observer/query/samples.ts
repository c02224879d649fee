/** Spans of one small run, as a store gives them. */

import type { StoredSpan } from '../../../src/observer/store.ts'

export const TRACE = 'ab'.repeat(16)
const source = { kind: 'agent', by: '12D3KooWAlice' } as const

/** @param from and to ms after the run began */
export const spanOf = (
  id: string,
  [from, to]: readonly [number, number],
  rest: Partial<StoredSpan> = {}
): StoredSpan => ({
  ...{ trace: TRACE, span: id, source, kind: 'step', name: id, status: 'ok', agent: 'alice' },
  ...{ startUs: from * 1_000, endUs: to * 1_000 },
  ...rest
})
