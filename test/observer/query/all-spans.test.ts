import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { join } from 'node:path'
import { systemClock } from '../../../src/node/clock.ts'
import { allSpans } from '../../../src/observer/query/all-spans.ts'
import { traceView } from '../../../src/observer/query/trace-view.ts'
import { openSqliteStore } from '../../../src/observer/sqlite/open.ts'
import { TRACE } from './samples.ts'

test('a trace of several pages comes whole, in order', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'peerwork-spans-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  await using store = await openSqliteStore({ dir, clock: systemClock })
  const startUs = systemClock.now() * 1_000
  const spans = Array.from({ length: 6_789 }, (_, at) => ({
    ...{ trace: TRACE, span: (at + 1).toString(16).padStart(16, '0'), name: `n${at}` },
    ...{ source: { kind: 'key', by: 'k' } as const, startUs: startUs + at, endUs: startUs + at + 1 }
  }))
  await store.ingest([{ spans, handoffs: [], facts: [] }])
  const all = await allSpans(store, TRACE)
  expect(all.map(({ name }) => name)).toEqual(spans.map(({ name }) => name))
  expect(await allSpans(store, 'ef'.repeat(16))).toEqual([])
  expect((await traceView(store, TRACE))?.topology.roots).toHaveLength(6_789)
})
