/** The observer's door as a whole: what was acknowledged is there, whatever happens to it. */

import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { ask, NDJSON, observed, temporary, TRACE } from './observed.ts'
import { BROKEN_RUN } from './samples.ts'

const DOOR = resolve('bin/peerwork.js')

interface Process {
  readonly child: ChildProcess
  readonly url: string
  readonly key: string
}

/** `peerwork observe` as a process of its own, without a network. */
async function observe(data: string): Promise<Process> {
  const flags = ['--conditions=source', DOOR]
  const home = ['--home', join(data, 'home'), '--data', join(data, 'observer')]
  const args = [...home, '--no-network', '--port', '0', '--json']
  const env = { ...process.env, XDG_DATA_HOME: data }
  const child = spawn(process.execPath, [...flags, 'observe', ...args], { env, stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  let out = ''
  let err = ''
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
  child.stderr.on('data', (piece: Buffer) => (err += piece.toString()))
  child.once('exit', (code) => (err += `ended with ${code}`))
  await expect.poll(() => out || (/ended/.test(err) ? err : ''), { timeout: 20_000 }).toContain('{')
  const { url } = JSON.parse(out.split('\n')[0] ?? '') as { url: string }
  const name = `k${Math.round(performance.now())}`
  const scope = ['--scope', 'ingest,read']
  const create = [...flags, 'observe', 'key', 'create', name, ...scope, ...home, '--json']
  const made = await promisify(execFile)(process.execPath, create, { env })
  return { child, url, key: (JSON.parse(made.stdout) as { key: string }).key }
}

/** Recent, or retention would have it. */
const START = systemClock.now()

const lineOf = (at: number): string =>
  JSON.stringify({
    ...{ type: 'span', trace: TRACE, span: (at + 1).toString(16).padStart(16, '0') },
    ...{ name: `n${at}`, start: START + at, end: START + at + 1 }
  })

test('killed in the middle of bringing, it has everything that it said it has', async () => {
  const data = temporary()
  const acknowledged = new Set<string>()
  let at = 0
  for (let round = 0; round < 3; round++) {
    const { child, url, key } = await observe(data)
    const headers = { 'content-type': NDJSON }
    const send = async (): Promise<void> => {
      for (;;) {
        const lines = Array.from({ length: 20 }, () => lineOf(at++))
        const asked = { key, headers, body: lines.join('\n') }
        const answer = await ask(`${url}/api/ingest`, asked).catch(() => undefined)
        if (answer === undefined) return
        if (answer.status === 200) for (const line of lines) acknowledged.add(line)
      }
    }
    const senders = [send(), send(), send()]
    const before = acknowledged.size
    await expect.poll(() => acknowledged.size - before, { timeout: 20_000 }).toBeGreaterThan(400)
    child.kill('SIGKILL')
    await Promise.all([...senders, once(child, 'exit')])
  }
  const { child, url, key } = await observe(data)
  const held = new Set<string>()
  let after: string | undefined
  do {
    const query: string = after === undefined ? '' : `&after=${after}`
    const page = await ask(`${url}/api/v1/traces/${TRACE}/spans?limit=500${query}`, { key })
    const { items, next } = page.json() as { items: { name: string }[]; next?: string }
    for (const { name } of items) held.add(name)
    after = next
  } while (after !== undefined)
  const names = [...acknowledged].map((line) => (JSON.parse(line) as { name: string }).name)
  expect(names.filter((name) => !held.has(name))).toEqual([])
  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number]
  expect(code).toBe(0)
})

test('after an ordinary end it has what it held, its keys and its limits', async () => {
  const dir = temporary()
  let key = ''
  {
    await using it = await observed({ dir })
    key = it.key(['read'], 'stays')
    await it.tell(...BROKEN_RUN)
    const guess = { key: `pwk_000000000000_${'x'.repeat(43)}` }
    while ((await it.ask('/api/v1/traces', guess)).status !== 429);
  }
  await using it = await observed({ dir })
  expect((await it.ask('/api/v1/traces')).status).toBe(429)
  const answer = await it.ask(`/api/v1/traces/${TRACE}`, { key })
  expect(answer.json()).toMatchObject({ summary: { spans: 3 } })
})

const room = process.getuid?.() === 0 && existsSync('/usr/bin/unshare')

test.runIf(room)(
  'a full disk is told with a time to come again, and room again is taken',
  async () => {
    // A small disk of its own, in a mount namespace of its own that ends with its process.
    const dir = temporary()
    const script = resolve('test/gateway/full-disk.ts')
    const run = `exec "$0" --conditions=source '${script}' '${dir}'`
    const mount = `mount -t tmpfs -o size=24m none '${dir}' && ${run}`
    const child = spawn('unshare', ['-m', 'sh', '-c', mount, process.execPath], { stdio: 'pipe' })
    onTestFinished(() => void child.kill('SIGKILL'))
    let out = ''
    let err = ''
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
    child.stderr.on('data', (piece: Buffer) => (err += piece.toString()))
    await once(child, 'exit')
    expect(err).toBe('')
    const told = JSON.parse(out) as Record<string, unknown>
    expect(told).toMatchObject({
      first: 200,
      full: { status: 503, code: 'STORE_FULL', wait: '5', path: false },
      whileFull: { traces: 200, health: 200 },
      again: 200,
      lost: [],
      guarded: { status: 503, code: 'STORE_FULL' }
    })
  }
)
