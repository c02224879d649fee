import { expect, test } from 'vitest'
import { openObserver } from '../../../src/observer/observer.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { observed, temporary, TRACE, TurnedClock } from '../observed.ts'

test('what anyone may ask tells nothing of what is kept', async () => {
  await using it = await observed()
  expect((await it.ask('/healthz')).json()).toEqual({ status: 'ok' })
  expect((await it.ask('/api/docs')).status).toBe(200)
  expect((await it.ask('/api/openapi.json')).status).toBe(200)
  const { paths } = (await it.ask('/api/openapi.json')).json() as unknown as {
    paths: Record<string, Record<string, { security?: unknown }>>
  }
  const open = Object.entries(paths).filter(([, all]) =>
    Object.values(all).some(({ security }) => security === undefined)
  )
  expect(open.map(([path]) => path).toSorted()).toEqual(
    ['/api/docs', '/api/openapi.json', '/healthz', '/s/{token}', '/sign-in'].toSorted()
  )
})

test('what anyone may ask, nobody may ask without end', async () => {
  await using it = await observed()
  const statuses = new Set<number>()
  for (let at = 0; at < 1_400 && !statuses.has(429); at++) {
    statuses.add((await it.ask('/healthz')).status)
  }
  expect(statuses).toEqual(new Set([200, 429]))
  // Those with keys are not held up by it.
  expect((await it.ask('/api/v1/traces', { key: it.key(['read']) })).status).toBe(200)
})

test('signing in through a link of a page elsewhere is a navigation, and stays one', async () => {
  await using it = await observed()
  const link = new URL(it.door.signInLink())
  const cross = { 'sec-fetch-site': 'cross-site' }
  const path = link.pathname + link.search
  expect((await it.ask(path, { headers: { ...cross, 'sec-fetch-mode': 'no-cors' } })).status).toBe(
    403
  )
  const headers = { ...cross, 'sec-fetch-mode': 'navigate' }
  expect((await it.ask(path, { headers })).status).toBe(303)
})

test('a link may lead straight to a trace, and nowhere else', async () => {
  await using it = await observed()
  const signIn = (more: string) => {
    const { pathname, search } = new URL(it.door.signInLink())
    return it.ask(pathname + search + more)
  }
  expect((await signIn(`&trace=${TRACE}`)).headers.location).toBe(`/trace/${TRACE}`)
  for (const trace of ['//evil.example', '../api', TRACE.toUpperCase()]) {
    expect((await signIn(`&trace=${encodeURIComponent(trace)}`)).status).toBe(400)
  }
})

test('signing out needs a session, and the header of our own pages', async () => {
  await using it = await observed()
  const cookie = await it.cookie()
  expect((await it.ask('/sign-out', { method: 'POST' })).status).toBe(401)
  expect((await it.ask('/sign-out', { method: 'POST', headers: { cookie } })).status).toBe(403)
  expect((await it.ask('/sign-out', { headers: { cookie } })).status).toBe(405)
  expect((await it.ask('/api/v1/traces', { headers: { cookie } })).status).toBe(200)
})

test('behind a proxy, links lead to where people find it, and cookies stay on TLS', async () => {
  const publicUrl = new URL('https://Traces.Example.com')
  await using it = await observed({ publicUrl })
  const link = new URL(it.door.signInLink())
  expect(link.origin).toBe('https://traces.example.com')
  expect(it.url).toMatch(/^http:\/\/127\.0\.0\.1:/)
  const headers = { host: 'traces.example.com', origin: 'https://traces.example.com' }
  const signed = await it.ask(link.pathname + link.search, { headers })
  expect(signed.status).toBe(303)
  const [cookie = ''] = signed.headers['set-cookie'] ?? []
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/)
  const own = { cookie: cookie.split(';')[0] ?? '', 'x-peerwork': '1' }
  const asked = { headers: { ...headers, ...own }, method: 'POST' }
  const plain = { ...asked.headers, origin: 'http://traces.example.com' }
  expect((await it.ask('/sign-out', { ...asked, headers: plain })).status).toBe(403)
  const out = await it.ask('/sign-out', asked)
  expect([out.status, out.headers['set-cookie']?.[0]?.endsWith('; Secure')]).toEqual([204, true])
  expect((await it.ask('/api/docs')).text).toContain('https://traces.example.com/api/v1/traces')
})

test('what a request says of its way here changes nothing', async () => {
  await using it = await observed()
  const link = new URL(it.door.signInLink())
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }
  const headers = { ...forwarded, forwarded: 'host=evil.example;proto=https;for=1.2.3.4' }
  const signed = await it.ask(link.pathname + link.search, { headers })
  expect(signed.headers['set-cookie']?.[0]).not.toContain('Secure')
  expect(signed.headers.location).toBe('/')
  for (let at = 0; at < 40; at++) {
    const from = { 'x-forwarded-for': `192.0.2.${at}`, 'x-real-ip': `192.0.2.${at}` }
    if ((await it.ask('/api/v1/traces', { headers: from })).status === 429) return
  }
  throw new Error('whoever lies about an address is never slowed down')
})

test('who only looks at a sign-in link does not use it up', async () => {
  await using it = await observed()
  const { pathname, search } = new URL(it.door.signInLink())
  expect((await it.ask(pathname + search, { method: 'HEAD' })).status).toBe(405)
  expect((await it.ask(pathname + search)).status).toBe(303)
})

test('who asks for health again and again keeps the store from nothing', async () => {
  const dir = temporary()
  const clock = new TurnedClock()
  await using observer = await openObserver({ dir, clock })
  let looks = 0
  let broken = false
  const store = {
    ...observer.store,
    size: () => {
      looks++
      if (broken) throw new PeerworkError('STORE_FAILED', 'gone')
      return observer.store.size()
    }
  }
  await using it = await observed({ store, clock })
  for (let at = 0; at < 20; at++) expect((await it.ask('/healthz')).status).toBe(200)
  const before = looks
  expect(before).toBeLessThan(5)
  broken = true
  clock.aheadMs += 1_000
  expect((await it.ask('/healthz')).status).toBe(503)
  broken = false
  expect((await it.ask('/healthz')).status).toBe(200)
})
