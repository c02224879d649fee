import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../../src/observer/sqlite/open.ts'
import { conformance } from '../conformance.ts'

conformance('SQLite', async (nowMs) => {
  const dir = await mkdtemp(join(tmpdir(), 'peerwork-store-'))
  const clock = { now: () => nowMs }
  let store = await openSqliteStore({ dir, clock })
  return {
    store,
    reopen: async () => {
      await store[Symbol.asyncDispose]()
      return (store = await openSqliteStore({ dir, clock }))
    },
    remove: async () => {
      await store[Symbol.asyncDispose]()
      await rm(dir, { recursive: true })
    }
  }
})
