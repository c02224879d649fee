/** Tells spans for ever and prints the number of each that was acknowledged: to be killed. */

import { systemClock } from '../../../src/node/clock.ts'
import { openSqliteStore } from '../../../src/observer/sqlite/open.ts'

const store = await openSqliteStore({ dir: process.argv[2] ?? '', clock: systemClock })
const source = { kind: 'key', by: 'ci' } as const
const startUs = systemClock.now() * 1_000
for (let n = 1; ; n++) {
  const trace = n.toString(16).padStart(32, '0')
  const spans = [{ trace, span: '1'.repeat(16), source, name: `word${n}`, startUs: startUs + n }]
  await store.ingest([{ spans, handoffs: [], facts: [] }])
  process.stdout.write(`${n}\n`)
}
