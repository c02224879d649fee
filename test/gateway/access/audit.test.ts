import { expect, test } from 'vitest'
import { Audit } from '../../../src/gateway/access/audit.ts'
import { openAccess } from '../../../src/gateway/access/database.ts'
import { observed, temporary } from '../observed.ts'

test('entries come newest first, page by page, and stay when the file is opened again', () => {
  const dir = temporary()
  let now = 1
  {
    using db = openAccess(dir)
    const audit = new Audit(db, () => now++)
    for (const name of ['a', 'b', 'c']) audit.note('owner', 'key.created', name)
  }
  using db = openAccess(dir)
  const audit = new Audit(db, () => now)
  const first = audit.list(2)
  expect(first.map(({ about, at }) => [about, at])).toEqual([
    ['c', 3],
    ['b', 2]
  ])
  expect(audit.list(2, first.at(-1)?.seq)).toMatchObject([{ who: 'owner', about: 'a' }])
  expect(audit.knows('key.created')).toBe(true)
  expect(audit.knows('key.revoked')).toBe(false)
})

test('only so many are kept, and the oldest go', () => {
  using db = openAccess(temporary())
  const audit = new Audit(db, () => 1)
  db.exec(`
    WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 100008)
    INSERT INTO audit (at, who, what, about) SELECT 1, 'owner', 'key.created', n FROM n`)
  audit.note('owner', 'key.created', '100009')
  const { rows, least } = db
    .prepare('SELECT count(*) AS rows, min(CAST(about AS INTEGER)) AS least FROM audit')
    .get() as { rows: number; least: number }
  expect([rows, least]).toEqual([100_000, 10])
})

test('keys and sessions leave entries', async () => {
  await using it = await observed()
  it.key(['read'], 'one')
  it.door.keys.revoke('one', 'somebody')
  const cookie = await it.cookie()
  await it.ask('/sign-out', { method: 'POST', headers: { cookie, 'x-peerwork': '1' } })
  using db = openAccess(it.dir)
  const told = new Audit(db, () => 1).list(10).map(({ who, what, about }) => [who, what, about])
  expect(told).toEqual([
    ['owner', 'session.ended', ''],
    ['owner', 'session.started', ''],
    ['somebody', 'key.revoked', 'one'],
    ['test', 'key.created', 'one (read)']
  ])
})
