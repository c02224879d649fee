import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import * as answers from '../../../src/gateway/answers-alerts.ts'
import { entry, span } from '../../observer/alerts/house.ts'
import { keptDoor } from '../kept.ts'
import { NDJSON, observed, TRACE } from '../observed.ts'
import { BROKEN_RUN } from '../samples.ts'

test('keys are made, listed and revoked by an admin, and shown once', async () => {
  const { it, call, read } = await keptDoor()
  const asked = { name: 'app', scopes: ['ingest', 'ingest'] }
  expect((await call('POST', 'keys', asked, read)).status).toBe(403)
  expect((await call('GET', 'keys', undefined, read)).status).toBe(403)
  const made = answers.newKey.parse((await call('POST', 'keys', asked)).json())
  expect(made.scopes).toEqual(['ingest'])
  const line = JSON.stringify(BROKEN_RUN[0])
  const send = () =>
    it.ask('/api/ingest', { key: made.key, headers: { 'content-type': NDJSON }, body: line })
  expect((await send()).status).toBe(200)
  const listed = await call('GET', 'keys')
  expect(answers.keys.parse(listed.json()).keys.map(({ name }) => name)).toContain('app')
  expect(listed.text).not.toContain(made.key)
  const gone = answers.key.parse((await call('DELETE', `keys/${made.id}`)).json())
  expect(gone.revoked).not.toBeNull()
  expect((await send()).status).toBe(401)
  expect((await call('DELETE', 'keys/none')).status).toBe(404)
  for (const bad of [{ ...asked, scopes: [] }, { ...asked, scopes: ['root'] }, asked, {}]) {
    expect((await call('POST', 'keys', bad)).status).toBe(400)
  }
  expect((await call('GET', 'audit')).text).not.toContain(made.key)
})

test('who changed what can be read back, page by page', async () => {
  const { call, read } = await keptDoor()
  for (const name of ['a1', 'a2', 'a3']) await call('POST', 'keys', { name, scopes: ['read'] })
  expect((await call('GET', 'audit', undefined, read)).status).toBe(403)
  type Page = { items: { seq: number; what: string; about: string }[]; next?: string }
  const first = (await call('GET', 'audit?limit=2')).json() as unknown as Page
  const more = (await call('GET', `audit?limit=2&after=${first.next}`)).json() as unknown as Page
  const told = [...first.items, ...more.items].map((one) => answers.auditEntry.parse(one).about)
  expect(told.slice(0, 3)).toEqual(['a3 (read)', 'a2 (read)', 'a1 (read)'])
  expect((await call('GET', 'audit?after=x')).status).toBe(400)
})

test('a trace is pinned and let go again', async () => {
  const { it, call, read, store } = await keptDoor()
  await it.tell(...BROKEN_RUN)
  const path = `traces/${TRACE}/pin`
  expect((await call('PUT', path, undefined, read)).status).toBe(403)
  expect((await call('PUT', path)).json()).toEqual({ done: true })
  expect((await store.trace(TRACE))?.pinned).toBe(true)
  expect((await call('DELETE', path)).json()).toEqual({ done: true })
  expect((await store.trace(TRACE))?.pinned).toBe(false)
  expect((await call('PUT', `traces/${'ef'.repeat(16)}/pin`)).status).toBe(404)
})

test('how much is kept, and for how long, can be asked', async () => {
  const { it, call, read } = await keptDoor()
  await it.tell(...BROKEN_RUN)
  const size = answers.size.parse((await call('GET', 'size', undefined, read)).json())
  expect(size).toMatchObject({ traces: 1, spans: 3, export: null })
  expect(size.retention).toMatchObject({ days: 30, bytes: 1024 ** 3, spans: null })
  expect(size.alerts).toMatchObject({ open: 0, lost: 0 })
})

test('a door without housekeeping says so', async () => {
  await using it = await observed()
  const { status, json } = await it.ask('/api/v1/size', { key: it.key(['read']) })
  expect(status).toBe(200)
  expect(json()).toMatchObject({ retention: null, export: null, alerts: null })
})

test('what is exported can be taken in again elsewhere', async () => {
  const { it, call, read } = await keptDoor()
  await using other = await observed()
  await it.tell(...BROKEN_RUN)
  const { headers, text } = await call('GET', 'export?from=2020-01-01', undefined, read)
  expect(headers['content-type']).toBe(NDJSON)
  expect(headers['content-disposition']).toMatch(/^attachment/)
  await other.tell(
    ...text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
  )
  const path = `/api/v1/traces/${TRACE}`
  const [one, two] = [it.key(['read']), other.key(['read'])]
  const here = (await it.ask(path, { key: one })).json()
  expect((await other.ask(path, { key: two })).json()['failed']).toEqual(here['failed'])
  const otlp = (await call('GET', 'export?format=otlp')).text.trim().split('\n')
  expect(otlp).toHaveLength(1)
  const sent = await other.ask('/v1/traces', {
    ...{ key: other.key(['ingest']), body: otlp[0] ?? '' },
    headers: { 'content-type': 'application/json' }
  })
  expect(sent.json()).toEqual({})
  expect((await call('GET', 'export?format=csv')).status).toBe(400)
  expect((await call('GET', 'export?from=1h')).text).toBe('')
})

test('who reads an export slowly holds up only the export, and only two do', async () => {
  const { it, read, store } = await keptDoor()
  const startUs = 1_700_000_000_000_000
  const attributes = { note: 'x'.repeat(100_000) }
  const spans = Array.from({ length: 300 }, () => span({ startUs, endUs: startUs, attributes }))
  for (const one of spans) await store.ingest([entry({ spans: [one] })])
  const headers = { authorization: `Bearer ${read}` }
  const slow = async (): Promise<IncomingMessage> => {
    const request = get(`${it.url}/api/v1/export`, { headers, agent: false })
    onTestFinished(() => void request.destroy())
    request.on('error', () => undefined)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.on('error', () => undefined)
    return response
  }
  const [first, second] = [await slow(), await slow()]
  const third = await it.ask('/api/v1/export', { key: read })
  expect([third.status, third.headers['retry-after']]).toEqual([429, '30'])
  expect(third.json()).toMatchObject({ code: 'BUSY' })
  first.destroy()
  await expect
    .poll(async () => (await it.ask('/api/v1/export?from=1h', { key: read })).status)
    .toBe(200)
  let bytes = 0
  for await (const piece of second) bytes += (piece as Buffer).length
  expect(bytes).toBeGreaterThan(30_000_000)
})
