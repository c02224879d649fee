/**
 * Every call that the description has, with real `curl`, on an observer that runs as a process and
 * was fed by real agents; each answer is held against the schema that is documented for it.
 */

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { systemClock } from '../../src/node/clock.ts'
import { begin, run, up, world } from '../cli/processes.ts'
import type { World } from '../cli/processes.ts'
import { sentBySdk } from '../observer/otlp/sdk.ts'

interface Operation {
  readonly security?: unknown
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: object }
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, Media> }>>
}
interface Media {
  readonly schema?: Parameters<typeof z.fromJSONSchema>[0]
}
interface Api {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}
interface Said {
  readonly status: string
  readonly type: string
  readonly body: string
}

/** @param more as one types it */
function curl(url: string, ...more: readonly string[]): Promise<Said> {
  const args = ['-sS', '--globoff', '-w', '\n%{http_code} %{content_type}', ...more, url]
  return new Promise((resolve, reject) => {
    execFile('curl', args, { maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => {
      // 28: a live answer that was left after `--max-time`.
      if (error !== null && error.code !== 28) return reject(new Error(err, { cause: error }))
      const at = out.lastIndexOf('\n')
      const [status = '', type = ''] = out.slice(at + 1).split(' ')
      resolve({ status, type: type.split(';')[0] ?? '', body: out.slice(0, at) })
    })
  })
}

/** An observer, and two agents of whom one worked twice for the other. */
async function fed(where: World) {
  const alice = await up(where, 'alice', '--skill', `${where.cwd}/skills/shout.ts`, '--open')
  const link = ['--preset', 'loopback', '--bootstrap', alice.address]
  const args = ['observe', ...link, '--port', '0', '--json', '--alert-host', '127.0.0.1:*']
  const child = begin(where, args)
  let out = ''
  child.stdout?.on('data', (piece: Buffer) => (out += piece.toString()))
  await expect.poll(() => out, { timeout: 20_000 }).toContain('\n')
  const { url, signIn } = JSON.parse(out.split('\n')[0] ?? '') as { url: string; signIn: string }
  const traces: string[] = []
  for (const text of ['one', 'two']) {
    const task = ['run', 'shout', '--name', 'bob', ...link, '--input', JSON.stringify({ text })]
    const ran = await run(where, [...task, '--json'])
    traces.push((JSON.parse(ran.out.trim().split('\n').at(-1) ?? '') as { trace: string }).trace)
  }
  const key = async (scope: string): Promise<string> =>
    (await run(where, ['observe', 'key', 'create', scope, '--scope', scope])).out.trim()
  return { alice, url, signIn, traces, keys: { admin: await key('admin') } }
}

/** Something that takes alerts. */
async function hook(): Promise<string> {
  const server = createServer((_, response) => response.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`
}

const QUERY: Readonly<Record<string, string>> = {
  ...{ from: '1h', to: '0s', text: 'shout', agent: 'alice', skill: 'shout', model: 'm', tool: 't' },
  ...{ status: 'ok', error: 'E', costAbove: '0', costBelow: '9', longerThanMs: '0', limit: '5' },
  ...{ shorterThanMs: '1e9', conversation: 'c', order: 'oldest', bucket: 'day', budget: '1' },
  ...{ format: 'otlp', prefix: 'a', state: 'open', nodes: '5' },
  profile: 'shape'
}

test('every documented call works with curl, and answers as it is documented', async () => {
  const where = world()
  const { alice, url, signIn, traces, keys } = await fed(where)
  await using _ = alice
  const [other = '', trace = ''] = traces
  const admin = ['-H', `Authorization: Bearer ${keys.admin}`]
  const api = JSON.parse((await curl(`${url}/api/openapi.json`)).body) as Api
  const look = async (): Promise<string> =>
    (await curl(`${url}/api/v1/traces/${trace}/spans`, ...admin)).body
  await expect.poll(look, { timeout: 15_000 }).toContain('"side":"executor"')
  const { items } = JSON.parse(await look()) as {
    items: { span: string; side: string; task: string }[]
  }
  const { span = '', task = '' } = items.find(({ side }) => side === 'executor') ?? {}
  const left = new Set<string>()
  for (const [path, all] of Object.entries(api.paths)) {
    for (const method of Object.keys(all)) left.add(`${method.toUpperCase()} ${path}`)
  }

  /** Asks, checks status, type and schema, and crosses the call off. */
  const call = async (name: string, values: object = {}, ...more: string[]): Promise<Said> => {
    const [method = '', path = ''] = name.split(' ')
    const operation = api.paths[path]?.[method.toLowerCase()]
    if (operation === undefined) throw new Error(`${name} is not described`)
    const given = Object.entries(values).reduce(
      (text, [word, value]) => text.replace(`{${word}}`, String(value)),
      path
    )
    const proof = operation.security === undefined ? [] : admin
    const said = await curl(url + given, '-X', method, ...proof, ...more)
    const [[status, response] = ['', { content: {} }]] = Object.entries(operation.responses)
    expect([name, said.status, said.status === status ? '' : said.body]).toEqual([name, status, ''])
    const media = response.content?.[said.type]
    if (response.content !== undefined) expect([name, media]).not.toEqual([name, undefined])
    const { schema } = media ?? {}
    if (schema !== undefined && Object.keys(schema).length > 0 && said.body !== '') {
      const read = z.fromJSONSchema(schema).safeParse(JSON.parse(said.body))
      expect([name, read.error?.issues ?? []]).toEqual([name, []])
    }
    left.delete(name)
    return said
  }
  const json = (body: object): string[] => [
    ...['-H', 'Content-Type: application/json', '--data-binary', JSON.stringify(body)]
  ]

  const [sdkJson, sdkBinary] = await sentBySdk()
  for (const { type, body } of [sdkJson, sdkBinary]) {
    const file = join(where.cwd, 'otlp.gz')
    writeFileSync(file, gzipSync(body))
    const packed = ['-H', `Content-Type: ${type}`, '-H', 'Content-Encoding: gzip']
    await call('POST /v1/traces', {}, ...packed, '--data-binary', `@${file}`)
  }
  const guard = {
    ...{ type: 'guard', trace, span, at: systemClock.now(), guard: 'loop' },
    ...{ reason: 'round', limit: 1, value: 2, action: 'stopped' }
  }
  const state = {
    ...{ type: 'state', trace, span, at: systemClock.now(), author: 'bob' },
    operations: [{ op: 'add', path: '/a', value: { b: [1, null] } }]
  }
  const lines = [guard, state].map((line) => JSON.stringify(line)).join('\n')
  const told = ['-H', 'Content-Type: application/x-ndjson', '--data-binary', lines]
  expect((await call('POST /api/ingest', {}, ...told)).body).toContain('"accepted":2')

  const values = { trace, other, span, task, field: 'agent', id: '1' }
  for (const [path, { get }] of Object.entries(api.paths)) {
    if (get?.security === undefined || path === '/api/v1/live') continue
    const { body } = await call(`GET ${path}`, values)
    if (path === '/api/v1/export') {
      for (const line of body.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('type')
    }
    // Each parameter by itself, as it is described.
    for (const { name, in: where2 } of get.parameters ?? []) {
      if (where2 !== 'query' || name === 'after' || name === 'before') continue
      const value = name === 'status' && path.includes('andoff') ? 'offered' : QUERY[name]
      const more = name === 'span' ? span : name === 'trace' ? trace : value
      await call(`GET ${path}`, values, '--get', '--data-urlencode', `${name}=${more}`)
    }
  }
  const page = await call('GET /api/v1/traces', {}, '--get', '-d', 'limit=1')
  const { next } = JSON.parse(page.body) as { next: string }
  const second = await call('GET /api/v1/traces', {}, '-G', '-d', 'limit=1', '-d', `after=${next}`)
  const { prev } = JSON.parse(second.body) as { prev: string }
  await call('GET /api/v1/traces', {}, '-G', '-d', 'limit=1', '-d', `before=${prev}`)

  const live = await call('GET /api/v1/live', {}, '--max-time', '1', '-N')
  expect(live.body).toContain('retry: 1000')
  const rule = {
    ...{ kind: 'guard', name: 'Any', enabled: true, severity: 'info', action: 'any' },
    ...{ renotifyMinutes: 60, resolveAfterMinutes: 60 }
  }
  await call('PUT /api/v1/rules/{id}', { id: 'any' }, ...json(rule))
  await call('DELETE /api/v1/rules/{id}', { id: 'any' })
  await call('POST /api/v1/rules/try', {}, ...json(rule))
  const channel = { kind: 'webhook', enabled: true, url: await hook() }
  await call('PUT /api/v1/channels/{id}', { id: 'hook' }, ...json(channel))
  await call('POST /api/v1/channels/{id}/test', { id: 'hook' })
  await call('GET /api/v1/channels')
  await call('DELETE /api/v1/channels/{id}', { id: 'hook' })
  await call('POST /api/v1/alerts/{id}/acknowledge', { id: '1' })
  await call('POST /api/v1/alerts/{id}/silence', { id: '1' }, ...json({ minutes: 1 }))
  await call('GET /api/v1/alerts')
  await call('PUT /api/v1/traces/{trace}/pin', { trace })
  await call('DELETE /api/v1/traces/{trace}/pin', { trace })
  await call('DELETE /api/v1/traces/{trace}/contents', { trace })
  const made = await call('POST /api/v1/keys', {}, ...json({ name: 'made', scopes: ['read'] }))
  const { id } = JSON.parse(made.body) as { id: string }
  await call('DELETE /api/v1/keys/{id}', { id })
  const price = { model: 'house-7b', from: '2026-01-01', input: 0.2, output: 0.4 }
  await call('PUT /api/v1/prices', {}, ...json(price))
  const which = ['-d', 'model=house-7b', '-d', 'from=2026-01-01']
  await call('DELETE /api/v1/prices', {}, '--get', ...which)
  await call('GET /api/v1/audit')
  const wanted = { trace, profile: 'shape', hours: 1, maxViews: 9 }
  const given = await call('POST /api/v1/shares', {}, ...json(wanted))
  const link = JSON.parse(given.body) as { id: string; url: string }
  const token = new URL(link.url).pathname.slice('/s/'.length)
  expect((await call('GET /s/{token}', { token })).body).toContain('og:title')
  const data = await call('GET /s/{token}', { token }, '--get', '-d', 'as=json')
  expect(JSON.parse(data.body)).toMatchObject({ profile: 'shape' })
  await call('DELETE /api/v1/shares/{id}', { id: link.id })
  expect((await call('POST /api/v1/sample')).body).toContain('"loaded":6')
  expect((await call('DELETE /api/v1/sample')).body).toContain('"loaded":0')
  const question = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  const accept = ['-H', 'Accept: application/json, text/event-stream']
  expect((await call('POST /mcp', {}, ...accept, ...json(question))).body).toContain('get_trace')

  for (const path of ['/healthz', '/api/openapi.json', '/api/docs']) await call(`GET ${path}`)
  const jar = join(where.cwd, 'jar')
  const { searchParams } = new URL(signIn)
  const ticket = ['--get', '-d', `ticket=${searchParams.get('ticket') ?? ''}`]
  await call('GET /sign-in', {}, '-c', jar, ...ticket)
  await call('POST /sign-out', {}, '-H', 'Authorization:', '-b', jar, '-H', 'X-Peerwork: 1')
  expect([...left]).toEqual([])
}, 120_000)
