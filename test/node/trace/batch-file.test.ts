import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openBatchFile } from '../../../src/node/trace/batch-file.ts'

test('the file is its owner’s alone, and no second process has it', () => {
  const home = mkdtempSync(join(tmpdir(), 'peerwork-batch-file-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const db = openBatchFile(home)
  db.exec('CREATE TABLE a (b)')
  expect(statSync(join(home, 'traces.db')).mode & 0o777).toBe(0o600)
  expect(() => openBatchFile(home)).toThrow(/cannot open the trace log: database is locked/)
  db.close()
})
