import { once } from 'node:events'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import * as z from 'zod/mini'
import { expect, test } from 'vitest'
import { defineRoute } from '../../src/gateway/route.ts'
import { observed, SPAN, TRACE } from './observed.ts'

test('a path that is none says where the list is, a method which there are', async () => {
  await using it = await observed()
  const key = it.key(['read'])
  const none = await it.ask('/api/v1/nothing', { key })
  expect(none.status).toBe(404)
  expect(none.json()).toMatchObject({ title: 'Not found', detail: 'see /api/docs' })
  for (const path of ['/api/v1/traces', `/api/v1/traces/${TRACE}/spans/${SPAN}`]) {
    const wrong = await it.ask(path, { key, method: 'DELETE' })
    expect(wrong.status).toBe(405)
    expect(wrong.headers['allow']).toBe('GET')
  }
})

test('every answer keeps browsers from reading more into it, errors included', async () => {
  await using it = await observed()
  const answers = [
    await it.ask('/healthz'),
    await it.ask('/api/v1/traces'),
    await it.ask('/nothing'),
    await it.ask('/api/docs'),
    await it.ask('/healthz', { headers: { host: 'evil.example' } }),
    await it.ask('/sign-in?ticket=short')
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 404, 200, 421, 400])
  for (const { headers } of answers) {
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['cross-origin-resource-policy']).toBe('same-origin')
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['access-control-allow-origin']).toBeUndefined()
  }
})

test('a parameter that is unknown, twice, or wrong is refused by name', async () => {
  await using it = await observed()
  const key = it.key(['read'])
  const detail = async (query: string): Promise<unknown> => {
    const answer = await it.ask(`/api/v1/traces?${query}`, { key })
    expect(answer.status).toBe(400)
    return answer.json()['detail']
  }
  expect(await detail('limt=3')).toMatch(/^limt: not known here; there are .*limit/)
  expect(await detail('limit=3&limit=4')).toBe('a parameter stands twice')
  expect(await detail('limit=0')).toMatch(/^limit: /)
  expect(await detail('limit=501')).toMatch(/^limit: /)
  expect(await detail('limit=1e2')).toMatch(/^limit: a whole number/)
  expect(await detail('from=yesterday')).toMatch(/^from: ISO 8601/)
  expect(await detail('status=bad')).toMatch(/^status: /)
  expect(await detail('costAbove=-1')).toMatch(/^costAbove: /)
  expect(await detail('costAbove=1e400')).toMatch(/^costAbove: /)
  expect(await detail(`text=${'x'.repeat(257)}`)).toMatch(/^text: /)
  expect((await it.ask('/api/v1/integrity?x=1', { key })).json()['detail']).toBe(
    'x: not known here'
  )
})

test('an id of another shape is refused before anything is looked up', async () => {
  await using it = await observed()
  const key = it.key(['read'])
  for (const id of ['x', TRACE.toUpperCase(), `${TRACE}0`, '%00', '..%2f..%2fetc', '%ff', '%']) {
    const { status } = await it.ask(`/api/v1/traces/${id}`, { key })
    expect([400, 404]).toContain(status)
  }
  expect((await it.ask(`/api/v1/traces/${TRACE}`, { key })).status).toBe(404)
})

test('what a route throws is a fault of its own: told nobody but the log', async () => {
  const broken = defineRoute({
    ...{ method: 'GET', path: '/broken', scope: 'anyone', group: 'Test', summary: 'Breaks' },
    query: z.strictObject({}),
    handle: () => {
      throw new Error('the secret reason')
    }
  })
  await using it = await observed({ more: [broken] })
  const { status, text } = await it.ask('/broken')
  expect(status).toBe(500)
  expect(text).not.toContain('secret')
  expect(it.logged.join()).toContain('the secret reason')
})

test('an answer to HEAD has no body and leaves nothing open', async () => {
  await using it = await observed()
  const key = it.key(['read'])
  for (let at = 0; at < 60; at++) {
    const { status, text } = await it.ask('/api/v1/live', { key, method: 'HEAD' })
    expect([status, text]).toEqual([200, ''])
  }
})

/** Asks, and throws away what it reads: what is in memory is the observer's. */
async function read(url: string, key: string) {
  const headers = { authorization: `Bearer ${key}` }
  const [response] = (await once(get(url, { headers, agent: false }), 'response')) as [
    IncomingMessage
  ]
  const { statusCode: status, headers: told } = response
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response) {
    bytes += (piece as Buffer).length
    if (status !== 200) pieces.push(piece as Buffer)
  }
  return { status, bytes, wait: told['retry-after'], text: Buffer.concat(pieces).toString() }
}

test('many large reads at once take turns, and no more memory than a few', async () => {
  await using it = await observed()
  const source = { kind: 'key', by: 'k' } as const
  const startUs = it.clock.now() * 1_000
  for (let from = 0; from < 20_000; from += 1_000) {
    const spans = Array.from({ length: 1_000 }, (_, nth) => ({
      ...{ trace: TRACE, span: (from + nth + 1).toString(16).padStart(16, '0'), source },
      ...{ startUs, endUs: startUs + 5, kind: 'step' as const, status: 'ok' as const },
      name: `n${from + nth}`.padEnd(200, 'x')
    }))
    await it.observer.store.ingest([{ spans, handoffs: [], facts: [] }])
  }
  const url = `${it.url}/api/v1/traces/${TRACE}`
  const [many, other] = [it.key(['read']), it.key(['read'])]
  expect((await read(url, many)).bytes).toBeGreaterThan(4_000_000)
  const before = process.memoryUsage.rss()
  let most = before
  const look = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10)
  const asked = Array.from({ length: 50 }, () => read(url, many))
  const beside = read(`${it.url}/api/v1/agents`, other)
  const answers = await Promise.all(asked)
  clearInterval(look)
  const refused = answers.filter(({ status }) => status !== 200)
  expect(refused.length).toBeGreaterThanOrEqual(50 - 16)
  for (const { status, wait, text } of refused) {
    expect([status, wait]).toEqual([429, '2'])
    expect(JSON.parse(text)).toMatchObject({ code: 'BUSY', retry: true })
  }
  expect(answers.some(({ status }) => status === 200)).toBe(true)
  expect((await beside).status).toBe(200)
  expect(most - before).toBeLessThan(600 * 1024 * 1024)
  // Everybody has left: the next is served at once.
  expect((await read(url, many)).status).toBe(200)
}, 60_000)
