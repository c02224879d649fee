/** What `npm pack` ships, started away from its sources: parts that the bundles must find there. */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const node = join(root, 'node_modules/node/bin/node')
let place: string
let bin: string
beforeAll(() => {
  if (!existsSync(join(root, 'dist/cli/main.js'))) {
    execFileSync(node, ['--conditions=source', 'tools/build.ts'], { cwd: root })
  }
  place = mkdtempSync(join(tmpdir(), 'peerwork-installed-'))
  const home = join(place, 'node_modules/peerwork')
  mkdirSync(home, { recursive: true })
  for (const part of ['bin', 'dist', 'package.json']) {
    cpSync(join(root, part), join(home, part), { recursive: true })
  }
  for (const name of ['zod', 'node']) {
    symlinkSync(join(root, 'node_modules', name), join(place, 'node_modules', name))
  }
  bin = join(home, 'bin/peerwork.js')
}, 60_000)
afterAll(() => rmSync(place, { recursive: true, force: true }))

const env = () => ({ PATH: process.env['PATH'], HOME: place, XDG_DATA_HOME: place })

test('the observer starts, takes a line and gives it back', async () => {
  const args = [bin, 'observe', '--no-network', '--port', '0', '--json']
  const child = spawn(node, args, { env: env(), stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const { url } = JSON.parse(line) as { url: string }
    const made = [bin, 'observe', 'key', 'create', 'k', '--scope', 'ingest,read']
    const key = execFileSync(node, made, { env: env(), stdio: ['ignore', 'pipe', 'ignore'] })
    const authorization = `Bearer ${key.toString().trim()}`
    const trace = 'ab'.repeat(16)
    const span = { type: 'span', trace, span: 'cd'.repeat(8), name: 'hello', start: Date.now() }
    const taken = await fetch(`${url}/api/ingest`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/x-ndjson' },
      body: JSON.stringify(span)
    })
    expect(await taken.json()).toMatchObject({ accepted: 1 })
    const given = await fetch(`${url}/api/v1/traces/${trace}`, { headers: { authorization } })
    expect(await given.json()).toMatchObject({ summary: { name: 'hello' } })
  } finally {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
})

test('an agent starts and ends', async () => {
  const args = [bin, 'up', '--name', 'alice', '--preset', 'loopback', '--json']
  const child = spawn(node, args, { env: env(), stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  expect(JSON.parse(line)).toMatchObject({ type: 'started', agent: { name: 'alice' } })
  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number]
  expect(code).toBe(0)
})
