import { expect, test } from 'vitest'
import { foldBatch } from '../../../src/observer/collect/fold-batch.ts'
import { KnownLogs } from '../../../src/observer/collect/known-logs.ts'
import { shelfOf } from '../../../src/observer/collect/shelf.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import { chain } from '../../node/trace/samples.ts'
import { alice } from '../../protocol/samples.ts'
import { MemoryStore } from './memory-store.ts'

test('what is held is listed and handed on; what is unknown is not looked for', async () => {
  const memory = new MemoryStore()
  const logs = new KnownLogs({ elapsed: () => 0 })
  const batch = chain().next(10)
  const name = { by: alice.id, boot: toHex(batch.body.boot) }
  const kept = { ...name, first: 0, count: 10, issued: 0, bytes: batch.bytes }
  await memory.ingest([{ ...foldBatch(batch), batch: { ...kept, digest: toHex(batch.digest) } }])
  const shelf = shelfOf(memory.store, logs)
  const ranges = { from: 0, to: 10 }
  expect([await shelf.held(undefined, 9), await shelf.batches(name, ranges, 9)]).toEqual([[], []])
  logs.meet(name)?.add(batch)
  const tip = { first: 0, digest: toHex(batch.digest) }
  expect(await shelf.held(undefined, 9)).toEqual([{ ...name, ranges: [ranges], forks: [], tip }])
  expect(await shelf.batches(name, ranges, 9)).toEqual([{ bytes: batch.bytes, to: 10 }])
})
