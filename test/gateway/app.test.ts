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
