import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openAlertsFile, together } from '../../../src/observer/alerts/database.ts'
import { temporary } from './house.ts'

test('the file is its owner’s alone', () => {
  const dir = temporary()
  using db = openAlertsFile(dir)
  db.exec("INSERT INTO mark VALUES ('x', 1)")
  for (const name of ['alerts.db', 'alerts.db-wal']) {
    expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
  }
})

test('a change that fails is none', () => {
  using db = openAlertsFile(temporary())
  const change = (): void => {
    together(db, () => {
      db.exec("INSERT INTO mark VALUES ('x', 1)")
      together(db, () => db.exec("INSERT INTO mark VALUES ('x', 2)"))
    })
  }
  expect(change).toThrow(expect.objectContaining({ code: 'STORE_FAILED' }))
  expect(db.prepare('SELECT count(*) AS n FROM mark').get()?.['n']).toBe(0)
})

test('a file that is no database is refused by name', () => {
  const dir = temporary()
  writeFileSync(join(dir, 'alerts.db'), 'x'.repeat(2_000))
  expect(() => openAlertsFile(dir)).toThrow(/alerts\.db/)
})
