import { expect, test } from 'vitest'
import { observed } from '../observed.ts'

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
    ['/api/docs', '/api/openapi.json', '/healthz', '/sign-in'].toSorted()
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

test('signing out needs a session, and the header of our own pages', async () => {
  await using it = await observed()
  const cookie = await it.cookie()
  expect((await it.ask('/sign-out', { method: 'POST' })).status).toBe(401)
  expect((await it.ask('/sign-out', { method: 'POST', headers: { cookie } })).status).toBe(403)
  expect((await it.ask('/sign-out', { headers: { cookie } })).status).toBe(405)
  expect((await it.ask('/api/v1/traces', { headers: { cookie } })).status).toBe(200)
})
