import { expect, test } from 'vitest'
import { openAccess } from '../../../src/gateway/access/database.ts'
import { observed } from '../observed.ts'

const DAY_MS = 24 * 60 * 60_000

test('a key works until it expires, and not from that moment on', async () => {
  await using it = await observed()
  const expires = it.clock.now() + DAY_MS
  const { key } = it.door.keys.create({ name: 'short', scopes: ['read'], expires }, 'test')
  expect((await it.ask('/api/v1/traces', { key })).status).toBe(200)
  it.clock.aheadMs += DAY_MS + 1
  expect((await it.ask('/api/v1/traces', { key })).status).toBe(401)
})

test('a key that another process revoked is refused at once, and keeps its name', async () => {
  await using it = await observed()
  const key = it.key(['read'], 'one')
  expect((await it.ask('/api/v1/traces', { key })).status).toBe(200)
  // As `peerwork observe key revoke` does, beside the observer that runs.
  using other = openAccess(it.dir)
  other.prepare('UPDATE key SET revoked = 1 WHERE name = ?').run('one')
  expect((await it.ask('/api/v1/traces', { key })).status).toBe(401)
  expect(() => it.key(['read'], 'one')).toThrow('names stay taken')
  expect(it.door.keys.revoke('one', 'test').revoked).toBe(1)
})

test('when a key was used last is told, by the minute', async () => {
  await using it = await observed()
  const key = it.key(['read'], 'one')
  const used = () => it.door.keys.list().find(({ name }) => name === 'one')?.used ?? null
  expect(used()).toBeNull()
  await it.ask('/api/v1/traces', { key })
  const first = used()
  expect(first).toBeGreaterThan(it.clock.now() - 10_000)
  await it.ask('/api/v1/traces', { key })
  expect(used()).toBe(first)
  it.clock.aheadMs += 61_000
  await it.ask('/api/v1/traces', { key })
  expect(used()).toBeGreaterThan((first ?? 0) + 60_000)
  // A guess at it is no use of it.
  const second = used()
  it.clock.aheadMs += 61_000
  await it.ask('/api/v1/traces', { key: `${key.slice(0, -4)}AAAA` })
  expect(used()).toBe(second)
})

test('names that could be taken for something else are none', async () => {
  await using it = await observed()
  for (const name of [
    '',
    ' ',
    '-x',
    'a\nb',
    'a\u202eb',
    'x'.repeat(64),
    '<b>',
    'a,b',
    '12D3KooWJj5axkncZB5t',
    'owner',
    'Nobody'
  ]) {
    expect(() => it.key(['read'], name)).toThrow('is no name for a key')
  }
  for (const name of ['a', 'Dashboard 2', 'prod_eu-1.ingest', 'Ünïcode']) it.key(['read'], name)
  expect(() => it.door.keys.create({ name: 'none', scopes: [] }, 'test')).toThrow('needs a scope')
  const past = { name: 'past', scopes: ['read'] as const, expires: 1 }
  expect(() => it.door.keys.create(past, 'test')).toThrow('before it is made')
})

test('the list never has what proves a key', async () => {
  await using it = await observed()
  it.key(['read'], 'one')
  const [info] = it.door.keys.list()
  expect(Object.keys(info ?? {}).sort()).toEqual(
    ['created', 'expires', 'id', 'name', 'revoked', 'scopes', 'used'].sort()
  )
  expect(() => it.door.keys.revoke('nobody', 'test')).toThrow('there is no key "nobody"')
})

test('there is a bound on keys, those that were revoked included', async () => {
  await using it = await observed()
  using db = openAccess(it.dir)
  db.exec(`
    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 999)
    INSERT INTO key (id, name, scopes, hash, created, revoked)
    SELECT n, 'key-' || n, 'read', zeroblob(32), 1, 1 FROM n`)
  it.key(['read'], 'the last')
  expect(() => it.key(['read'], 'one more')).toThrow('more than 1000 keys')
})
