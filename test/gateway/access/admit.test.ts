import { expect, test } from 'vitest'
import { NDJSON, observed } from '../observed.ts'

test('only the names of this machine are answered to, whatever they resolve to', async () => {
  await using it = await observed()
  const { port } = new URL(it.url)
  const asked = async (host: string): Promise<number> =>
    (await it.ask('/healthz', { headers: { host } })).status
  for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]']) {
    expect(await asked(`${host}:${port}`)).toBe(200)
  }
  const others = ['evil.example', `evil.example:${port}`, '127.0.0.1', '127.0.0.1:1']
  for (const host of [...others, `127.0.0.1.evil.example:${port}`, `127.0.0.2:${port}`]) {
    expect(await asked(host)).toBe(421)
  }
})

test('a page of another site may not ask, nor one without an origin', async () => {
  await using it = await observed()
  const key = it.key(['read'])
  const asked = async (headers: Record<string, string>): Promise<number> =>
    (await it.ask('/api/v1/traces', { key, headers })).status
  const { port } = new URL(it.url)
  for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:${Number(port) + 1}`]) {
    expect(await asked({ origin })).toBe(403)
  }
  expect(await asked({ origin: `http://localhost:${port}` })).toBe(403)
  expect(await asked({ origin: it.url })).toBe(200)
  for (const site of ['cross-site', 'same-site']) {
    expect(await asked({ 'sec-fetch-site': site })).toBe(403)
    expect(await asked({ 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' })).toBe(403)
    expect(await asked({ 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' })).toBe(200)
  }
  expect(await asked({ 'sec-fetch-site': 'same-origin' })).toBe(200)
})

test('without a key nothing is told, and with a key what its scopes say', async () => {
  await using it = await observed()
  const read = it.key(['read'])
  const ingest = it.key(['ingest'])
  const admin = it.key(['admin'])
  const bring = { headers: { 'content-type': NDJSON }, body: '' }
  const none = await it.ask('/api/v1/traces')
  expect(none.status).toBe(401)
  expect(none.headers['www-authenticate']).toBe('Bearer realm="peerwork"')
  for (const key of ['', 'x', read.slice(0, -1), `${read.slice(0, -1)}_`, read.toUpperCase()]) {
    expect((await it.ask('/api/v1/traces', { key })).status).toBe(401)
  }
  expect((await it.ask('/api/v1/traces', { key: ingest })).status).toBe(403)
  expect((await it.ask('/api/ingest', { key: read, ...bring })).status).toBe(403)
  expect((await it.ask('/api/v1/traces', { key: read })).status).toBe(200)
  expect((await it.ask('/api/ingest', { key: ingest, ...bring })).status).toBe(200)
  expect((await it.ask('/api/v1/traces', { key: admin })).status).toBe(200)
  expect((await it.ask('/api/ingest', { key: admin, ...bring })).status).toBe(200)
})

test('a key in the URL is no key: URLs are written down everywhere', async () => {
  await using it = await observed()
  const key = it.key(['read'])
  expect((await it.ask(`/api/v1/traces?key=${key}`)).status).toBe(401)
})

test('a change that rides on a cookie needs a header of our own', async () => {
  await using it = await observed()
  const cookie = await it.cookie()
  const bring = { 'content-type': NDJSON, cookie }
  expect((await it.ask('/api/v1/traces', { headers: { cookie } })).status).toBe(200)
  const without = await it.ask('/api/ingest', { headers: bring, body: '' })
  expect(without.status).toBe(403)
  const own = { ...bring, 'x-peerwork': '1' }
  expect((await it.ask('/api/ingest', { headers: own, body: '' })).status).toBe(200)
})

test('a wrong key beside a right cookie is a wrong key', async () => {
  await using it = await observed()
  const cookie = await it.cookie()
  const answer = await it.ask('/api/v1/traces', { key: 'pwk_wrong', headers: { cookie } })
  expect(answer.status).toBe(401)
})

test('who guesses is slowed down, and those with keys are not', async () => {
  await using it = await observed()
  const key = it.key(['read'])
  const guess = async () => it.ask('/api/v1/traces', { key: `pwk_000000000000_${'x'.repeat(43)}` })
  const statuses: number[] = []
  for (let at = 0; at < 40; at++) statuses.push((await guess()).status)
  expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 401))
  expect(statuses.at(-1)).toBe(429)
  expect(Number((await guess()).headers['retry-after'])).toBeGreaterThanOrEqual(1)
  expect((await it.ask('/api/v1/traces', { key })).status).toBe(200)
  // Not through the loss of what the slowed one could not ask either.
  expect((await it.ask('/healthz')).status).toBe(200)
})

test('an address that was written in another way is the same', async () => {
  await using it = await observed()
  const { port } = new URL(it.url)
  const key = it.key(['read'])
  const asked = async (host: string, origin?: string): Promise<number> => {
    const headers = { host, ...(origin !== undefined && { origin }) }
    return (await it.ask('/api/v1/traces', { key, headers })).status
  }
  for (const host of ['[0:0:0:0:0:0:0:1]', '[0::1]', 'localhost.', 'LocalHost']) {
    expect(await asked(`${host}:${port}`, `http://${host.toUpperCase()}:${port}`)).toBe(200)
  }
  for (const host of ['user@localhost', 'localhost:x', '%6cocalhost', '127.1', '2130706433']) {
    expect([400, 421]).toContain(await asked(`${host}:${port}`))
  }
})

test('one who guesses slows down nobody at another address', async () => {
  await using it = await observed()
  const guess = (from: string) => it.ask('/api/v1/traces', { key: 'pwk_wrong', from })
  for (let at = 0; at < 31; at++) await guess('127.0.0.2')
  expect((await guess('127.0.0.2')).status).toBe(429)
  expect((await guess('127.0.0.3')).status).toBe(401)
})

test('nobody who guesses, or asks what anyone may, keeps an owner from signing in', async () => {
  await using it = await observed()
  const guess = () => it.ask(`/sign-in?ticket=${'x'.repeat(43)}`)
  const statuses: number[] = []
  for (let at = 0; at < 40; at++) statuses.push((await guess()).status)
  expect([statuses[0], statuses.at(-1)]).toEqual([403, 429])
  while ((await it.ask('/api/docs')).status !== 429);
  // On a busy machine a guess or two have come back meanwhile.
  while ((await guess()).status !== 429);
  const link = new URL(it.door.signInLink())
  expect((await it.ask(link.pathname + link.search)).status).toBe(303)
  // The link is used: who tries it again guesses.
  expect((await it.ask(link.pathname + link.search)).status).toBe(429)
})
