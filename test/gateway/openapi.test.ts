import { expect, test } from 'vitest'
import { observed } from './observed.ts'

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: object }[]
  readonly requestBody?: { readonly content: object }
  readonly security?: readonly object[]
  readonly responses: Readonly<Record<string, { description: string; content?: object }>>
}
interface Description {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: object; readonly securitySchemes: object }
}

test('the description is whole: routes, parameters, answers, proofs', async () => {
  await using it = await observed()
  const answer = await it.ask('/api/openapi.json')
  const api = answer.json() as unknown as Description
  expect(api.openapi).toMatch(/^3\.1\.\d$/)
  const operations = Object.entries(api.paths).flatMap(([path, all]) =>
    Object.entries(all).map(([method, operation]) => ({ path, method, ...operation }))
  )
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  for (const { path, parameters = [], security, responses, operationId } of operations) {
    expect(operationId).toMatch(/^[a-z]\w*$/)
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const inPath = parameters.filter((one) => one.in === 'path')
    expect(inPath.map(({ name }) => name)).toEqual(named)
    expect(inPath.every(({ required }) => required)).toBe(true)
    expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length)
    expect(Object.keys(responses)).toContain(security === undefined ? '400' : '401')
  }
  const issue = ['traces', 'traces/{trace}', 'traces/{trace}/spans', 'traces/{trace}/spans/{span}']
  const more = ['handoffs', 'state', 'integrity'].map((end) => `traces/{trace}/${end}`)
  const sums = ['handoffs', 'agents', 'usage', 'costs', 'integrity', 'values/{field}', 'live']
  for (const path of [...issue, ...more, ...sums])
    expect(api.paths).toHaveProperty([`/api/v1/${path}`])
  for (const path of ['/v1/traces', '/api/ingest', '/mcp']) {
    expect(api.paths[path]?.['post']?.requestBody?.content).toBeDefined()
  }
})

test('every reference in it leads somewhere', async () => {
  await using it = await observed()
  const api = (await it.ask('/api/openapi.json')).json()
  const refs = [...JSON.stringify(api).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path)
  expect(refs.length).toBeGreaterThan(0)
  for (const path of new Set(refs)) expect(api).toHaveProperty((path ?? '').split('/'))
})

test('refusals are described where they can come', async () => {
  await using it = await observed()
  const { paths } = (await it.ask('/api/openapi.json')).json() as unknown as Description
  const refusals = (path: string, method: string) =>
    Object.keys(paths[path]?.[method]?.responses ?? {}).filter((status) => Number(status) >= 400)
  expect(refusals('/healthz', 'get')).toEqual(['400', '429', '503'])
  expect(refusals('/api/v1/traces/{trace}', 'get')).toEqual([
    ...['400', '401', '403', '404', '429', '503']
  ])
  expect(refusals('/v1/traces', 'post')).toEqual([
    ...['400', '401', '403', '413', '415', '429', '503']
  ])
  expect(refusals('/sign-in', 'get')).toEqual(['400', '403', '429', '503'])
})

test('answers that are no JSON are described as what they are', async () => {
  await using it = await observed()
  const { paths } = (await it.ask('/api/openapi.json')).json() as unknown as Description
  const types = (path: string, method = 'get') =>
    Object.keys(paths[path]?.[method]?.responses['200']?.content ?? {})
  expect(types('/api/v1/live')).toEqual(['text/event-stream'])
  expect(types('/api/docs')).toEqual(['text/html'])
  expect(types('/v1/traces', 'post')).toEqual(['application/json', 'application/x-protobuf'])
  expect(types('/mcp', 'post')).toEqual(['application/json', 'text/event-stream'])
  expect(types('/api/v1/traces')).toEqual(['application/json'])
  expect(paths['/sign-in']?.['get']?.responses).toHaveProperty('303')
})
