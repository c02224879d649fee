import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { guardDisk } from '../../src/observer/disk.ts'
import type { Fact } from '../../src/observer/model.ts'
import { openSqliteStore } from '../../src/observer/sqlite/open.ts'

const fact: Fact = {
  ...{ id: 'a/1', source: { kind: 'key', by: 'a' }, atUs: 1_767_323_045_000_000, type: 'note' },
  body: {}
}
const entry = { spans: [], handoffs: [], facts: [fact] }

test('while the disk is nearly full nothing comes in, and reading goes on', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'peerwork-disk-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  await using store = await openSqliteStore({ dir, clock: systemClock })
  let elapsed = 0
  const guard = { dir, clock: { elapsed: () => elapsed } }
  const full = guardDisk(store, { ...guard, freeBytesMin: Number.MAX_SAFE_INTEGER })
  await expect(full.ingest([entry])).rejects.toMatchObject({
    code: 'STORE_FULL',
    facts: { retryAfterMs: 5_000 }
  })
  expect((await full.facts({ limit: 10 })).items).toEqual([])
  const free = guardDisk(store, { ...guard, freeBytesMin: 1 })
  expect(await free.ingest([entry])).toEqual(['new'])
  elapsed += 2_000
  expect(await free.ingest([entry])).toHaveLength(1)
  expect((await free.facts({ limit: 10 })).items).toHaveLength(1)
})

test('a directory that cannot be looked at is found out by writing', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'peerwork-disk-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  await using store = await openSqliteStore({ dir, clock: systemClock })
  const guarded = guardDisk(store, { dir: join(dir, 'nowhere'), clock: systemClock })
  expect(await guarded.ingest([entry])).toEqual(['new'])
})
