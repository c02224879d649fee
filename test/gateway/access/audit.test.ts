import { expect, test } from 'vitest'
import { Audit } from '../../../src/gateway/access/audit.ts'
import { openAccess } from '../../../src/gateway/access/database.ts'
import { observed, SPAN, temporary, TRACE } from '../observed.ts'

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

test('what is done has its entry before it is done, and what was not done has none', async () => {
  using db = openAccess(temporary())
  const audit = new Audit(db, () => 1)
  const noted = () => audit.list(9).map(({ what }) => what)
  const seen = await audit.around(['boss', 'rule.set', 'a'], noted)
  expect([seen, noted()]).toEqual([['rule.set'], ['rule.set']])
  const nothing = await audit.around(['boss', 'rule.deleted', 'b'], () => Promise.resolve(false))
  expect([nothing, noted()]).toEqual([false, ['rule.set']])
  const fails = audit.around(['boss', 'trace.pinned'], () => Promise.reject(new Error('no room')))
  await expect(fails).rejects.toThrow('no room')
  expect(noted()).toEqual(['rule.set'])
})

test('on a full disk nothing is done that could not be noted, and it is said why', async () => {
  const dir = temporary()
  using db = openAccess(dir)
  await using it = await observed({ dir, access: db })
  const key = it.key(['admin'])
  await it.tell({ type: 'span', trace: TRACE, span: SPAN, name: 'a', start: it.clock.now() })
  const pin = async (method: 'PUT' | 'DELETE') => {
    const answer = await it.ask(`/api/v1/traces/${TRACE}/pin`, { method, key })
    return [answer.status, answer.json()['code']]
  }
  const pinned = async () => (await it.observer.store.trace(TRACE))?.pinned
  expect(await pin('PUT')).toEqual([200, undefined])
  // Every entry takes pages of its own, of which none are left.
  db.exec(`CREATE TRIGGER wide AFTER INSERT ON audit BEGIN
    INSERT INTO allowance VALUES (hex(randomblob(50000)), 1, 1); END;
    PRAGMA max_page_count = 1`)
  expect(await pin('DELETE')).toEqual([503, 'STORE_FULL'])
  expect(await pinned()).toBe(true)
  const audit = new Audit(db, () => 1)
  expect(audit.list(1).map(({ what }) => what)).toEqual(['trace.pinned'])
  expect(() => audit.note('owner', 'x')).toThrow(expect.objectContaining({ code: 'STORE_FULL' }))
})
