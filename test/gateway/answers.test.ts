/** That what the API answers is what its description says: every route, asked for real. */

import { expect, test } from 'vitest'
import { compileSchema } from '../../src/tasks/schema.ts'
import type { JsonObject, JsonValue } from '../../src/protocol/json.ts'
import { NDJSON, observed, TRACE } from './observed.ts'
import type { Observed } from './observed.ts'
import { BROKEN_RUN, CHILD } from './samples.ts'

/** The handoff of the run that broke. */
const TASK = encodeURIComponent('trip/1')
const OTHER = 'cd'.repeat(16)

/** For each described path, with its words filled in, questions whose answers have something. */
const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  '/api/v1/traces': ['', '?limit=1', '?status=error&agent=booker&text=trip&order=oldest'],
  '/api/v1/traces/{trace}': [''],
  '/api/v1/traces/{trace}/spans': ['', '?limit=1'],
  '/api/v1/traces/{trace}/spans/{span}': [''],
  '/api/v1/traces/{trace}/handoffs': [''],
  '/api/v1/traces/{trace}/state': [''],
  '/api/v1/traces/{trace}/integrity': [''],
  '/api/v1/traces/{trace}/diff/{other}': [''],
  '/api/v1/traces/{trace}/summary': [''],
  '/api/v1/traces/{trace}/facts': ['', '?limit=1'],
  '/api/v1/traces/{trace}/preview': ['', '?profile=shape', '?profile=full-metadata'],
  '/api/v1/tasks/{task}': [''],
  '/api/v1/network': [''],
  '/api/v1/prices': [''],
  '/api/v1/me': [''],
  '/api/v1/sample': [''],
  '/api/v1/shares': [''],
  '/api/v1/handoffs': ['', '?limit=1', '?status=error&agent=planner&from=2026-01-01&to=2027-01-01'],
  '/api/v1/agents': ['', '?from=1h'],
  '/api/v1/usage': ['', '?bucket=day&from=2026-01-01'],
  '/api/v1/costs': ['', '?budget=0', '?budget=1', '?budget=0.001'],
  '/api/v1/integrity': [''],
  '/api/v1/values/{field}': [''],
  '/api/v1/keys': [''],
  '/api/v1/audit': ['', '?limit=1'],
  '/api/v1/size': [''],
  '/healthz': ['']
}

const fill = (path: string): string =>
  path
    .replace('{trace}', TRACE)
    .replace('{other}', OTHER)
    .replace('{span}', CHILD)
    .replace('{field}', 'agent')
    .replace('{task}', TASK)

async function filled(): Promise<Observed> {
  const it = await observed()
  it.key(['read'], 'over')
  it.door.keys.revoke('over', 'test')
  await it.tell(...BROKEN_RUN)
  await it.tell({ ...BROKEN_RUN[0], trace: OTHER }, { ...BROKEN_RUN[1], trace: OTHER, agent: 'b' })
  const boot = 'ab'.repeat(8)
  const counters = { by: 'agent', boot, next: 9, oldest: 0, dropped: 1, issued: 1 }
  await it.observer.store.noteCounters(counters)
  await it.observer.store.noteRefused('agent', boot, 'SIGNATURE_INVALID', 2)
  return it
}

interface Described {
  readonly paths: Record<string, Record<string, JsonObject>>
}
const schemaOf = (operation: JsonObject | undefined): JsonObject | undefined => {
  const { responses } = operation as unknown as {
    responses: { 200?: { content: Record<string, { schema: JsonObject }> } }
  }
  return responses[200]?.content['application/json']?.schema
}

test('every answer of the read API fits its schema, which knows no other fields', async () => {
  await using it = await filled()
  const key = it.key(['admin'])
  const { paths } = (await it.ask('/api/openapi.json')).json() as unknown as Described
  const asked: string[] = []
  for (const [path, { get }] of Object.entries(paths)) {
    const schema = get && schemaOf(get)
    if (schema === undefined || Object.keys(schema).length === 0) continue
    const check = compileSchema(schema)
    for (const query of QUESTIONS[path] ?? []) {
      const answer = await it.ask(fill(path) + query, { key })
      expect(answer.status, path + query).toBe(200)
      expect(check(answer.json() as JsonValue & {}), path + query).toBeUndefined()
      // The schema does see what is too much.
      expect(check({ ...(answer.json() as JsonObject), more: 1 }), path).toMatch(/more/)
    }
    asked.push(path)
  }
  expect(asked.toSorted()).toEqual(Object.keys(QUESTIONS).toSorted())
})

test('what was brought in is told back: the API alone leads to the broken handoff', async () => {
  await using it = await filled()
  const key = it.key(['read'])
  const get = async (path: string) => (await it.ask(path, { key })).json()
  const { items } = (await get('/api/v1/traces?status=error&agent=booker')) as {
    items: { trace: string }[]
  }
  expect(items.map(({ trace }) => trace)).toEqual([TRACE])
  const one = await get(`/api/v1/traces/${TRACE}`)
  expect(one).toMatchObject({
    summary: { name: 'plan a trip', spans: 3, errors: 2, cost: 0.0035, costSource: 'estimated' },
    topology: { roots: [{ children: [{ name: 'chat' }, { name: 'book' }] }] },
    failed: [{ span: CHILD, agent: 'booker', error: { code: 'TOOL_FAILED' } }]
  })
  expect(await get(`/api/v1/traces/${TRACE}/handoffs`)).toMatchObject({
    items: [{ from: 'planner', to: 'booker', status: 'error', split: { workingMs: 700 } }]
  })
  expect(await get(`/api/v1/traces/${TRACE}/spans/${CHILD}`)).toMatchObject({
    versions: [{ attributes: { 'http.status': 500 } }],
    facts: [{ type: 'state.changed' }, { type: 'guard.tripped' }, { type: 'event.retry' }]
  })
  expect(await get('/api/v1/costs?budget=0.001')).toMatchObject({ budget: { state: 'exceeded' } })
})

test('the ingest address answers as described', async () => {
  await using it = await observed()
  const { paths } = (await it.ask('/api/openapi.json')).json() as unknown as Described
  const check = compileSchema(schemaOf(paths['/api/ingest']?.['post']) ?? {})
  const headers = { 'content-type': NDJSON }
  const asked = { key: it.key(['ingest']), headers, body: '{}\n' }
  const answer = await it.ask('/api/ingest', asked)
  expect(check(answer.json() as JsonValue & {})).toBeUndefined()
})
