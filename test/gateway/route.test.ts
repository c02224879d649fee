import * as z from 'zod/mini'
import { expect, test } from 'vitest'
import { defineRoute } from '../../src/gateway/route.ts'
import { observed } from './observed.ts'

test('a route of another room stands behind the same checks and is described', async () => {
  const echo = defineRoute({
    ...{ method: 'GET', path: '/api/v1/echo/{word}', scope: 'admin', group: 'Test' },
    summary: 'Says it again',
    params: z.strictObject({ word: z.string() }),
    query: z.strictObject({ times: z._default(z.pipe(z.string(), z.transform(Number)), 1) }),
    answer: z.object({ said: z.array(z.string()), by: z.string() }),
    handle: ({ params: { word }, query: { times }, caller }) => ({
      ...{ said: Array.from({ length: times }, () => word), by: caller.name }
    })
  })
  await using it = await observed({ more: [echo] })
  const [admin, read] = [it.key(['admin'], 'boss'), it.key(['read'])]
  const answer = await it.ask('/api/v1/echo/a%20b?times=2', { key: admin })
  expect(answer.json()).toEqual({ said: ['a b', 'a b'], by: 'boss' })
  expect((await it.ask('/api/v1/echo/a', { key: read })).status).toBe(403)
  expect((await it.ask('/api/v1/echo/a?tims=2', { key: admin })).status).toBe(400)
  const { paths } = (await it.ask('/api/openapi.json')).json() as { paths: object }
  expect(paths).toHaveProperty(['/api/v1/echo/{word}', 'get', 'operationId'], 'getEchoWord')
})
