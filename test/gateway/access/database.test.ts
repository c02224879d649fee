import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { attempt, inOne, openAccess } from '../../../src/gateway/access/database.ts'
import { observed, temporary } from '../observed.ts'

test('the file is for its owner alone, also what SQLite puts beside it', async () => {
  await using it = await observed()
  it.key(['read'])
  const files = readdirSync(it.dir).filter((name) => name.startsWith('access.db'))
  expect(files).toContain('access.db')
  expect(files.length).toBeGreaterThan(1)
  for (const name of files) expect(statSync(join(it.dir, name)).mode & 0o077).toBe(0)
})

test('no secret is in it: neither of a key, nor of a session, nor of a link', async () => {
  await using it = await observed()
  const key = it.key(['read'])
  const ticket = new URL(it.door.signInLink()).searchParams.get('ticket') ?? ''
  const secret = (await it.cookie()).split('=')[1] ?? ''
  for (const name of readdirSync(it.dir).filter((file) => file.startsWith('access.db'))) {
    const bytes = readFileSync(join(it.dir, name), 'latin1')
    expect([ticket.length, secret.length]).toEqual([43, 43])
    for (const hidden of [key.split('_')[2] ?? '', ticket, secret]) {
      expect(bytes.includes(hidden)).toBe(false)
    }
  }
})

test('a file that is none of ours is not opened, and not changed', () => {
  const dir = temporary()
  writeFileSync(join(dir, 'access.db'), 'x'.repeat(5_000))
  expect(() => openAccess(dir)).toThrow(expect.objectContaining({ code: 'STORE_FAILED' }))
  expect(readFileSync(join(dir, 'access.db'), 'utf8')).toBe('x'.repeat(5_000))
})

test('a change that fails leaves nothing half done, and its fault has a name', () => {
  using db = openAccess(temporary())
  const note = () => {
    db.exec(`INSERT INTO audit (at, who, what, about) VALUES (1, 'a', 'b', 'c')`)
    db.exec('INSERT INTO nothing VALUES (1)')
  }
  expect(() => inOne(db, note)).toThrow(expect.objectContaining({ code: 'STORE_FAILED' }))
  attempt(db, note)
  expect(db.isTransaction).toBe(false)
  expect(db.prepare('SELECT * FROM audit').all()).toEqual([])
})

test('a full disk is told apart from other faults', () => {
  using db = openAccess(temporary())
  db.exec('PRAGMA max_page_count = 1')
  const fill = () =>
    db.prepare(`INSERT INTO audit VALUES (1, 1, ?, '', '')`).run('x'.repeat(99_999))
  expect(() => inOne(db, fill)).toThrow(expect.objectContaining({ code: 'STORE_FULL' }))
})
