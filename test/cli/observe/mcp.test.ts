import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { expect, onTestFinished, test } from 'vitest'
import { openAccess } from '../../../src/gateway/access/database.ts'
import { TOOLS } from '../../../src/gateway/mcp/tools.ts'
import { remember } from '../../../src/node/home.ts'
import { observed, temporary, TRACE } from '../../gateway/observed.ts'
import { over } from '../../gateway/mcp/client.ts'
import type { Asking } from '../../gateway/mcp/client.ts'
import { BROKEN_RUN } from '../../gateway/samples.ts'
import { peerwork } from '../harness.ts'

const DOOR = fileURLToPath(new URL('../../../bin/peerwork.js', import.meta.url))

interface Started extends Asking {
  readonly stderr: () => string
  readonly pid: number
}

async function started(args: readonly string[], env: Record<string, string> = {}) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--conditions=source', DOOR, 'observe', 'mcp', ...args],
    env: { PATH: process.env['PATH'] ?? '', PEERWORK_HOME: temporary(), ...env },
    stderr: 'pipe'
  })
  let stderr = ''
  transport.stderr?.on('data', (data: Buffer) => (stderr += data.toString()))
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(transport)
  onTestFinished(() => client.close())
  return { ...over(client), stderr: () => stderr, pid: transport.pid ?? 0 } satisfies Started
}

test('the owner of the data directory asks without a key, and leaves nothing behind', async () => {
  await using it = await observed()
  remember(it.dir, 'url', it.url)
  await it.tell(...BROKEN_RUN)
  const { ask, client, pid, stderr } = await started(['--data', it.dir])
  const { tools } = await client.listTools()
  expect(tools).toHaveLength(TOOLS.length)
  expect(await ask('query_traces', { status: 'error' })).toMatchObject({
    items: [{ trace: TRACE }]
  })
  expect(await ask('get_trace', { trace: TRACE })).toMatchObject({ summary: { status: 'error' } })
  await client.close()
  await gone(pid)
  expect(stderr()).toBe('')
  using access = openAccess(it.dir)
  expect(access.prepare('SELECT count(*) AS sessions FROM session').get()).toEqual({ sessions: 0 })
  // A person still needs the link that the observer prints.
  expect(it.door.everSignedIn()).toBe(false)
})

test('a session that was ended is opened anew, once for all who ask', async () => {
  await using it = await observed()
  remember(it.dir, 'url', it.url)
  await it.tell(...BROKEN_RUN)
  const { ask } = await started(['--data', it.dir, '--mcp-share'])
  await ask('query_traces')
  using access = openAccess(it.dir)
  const end = () => access.exec('DELETE FROM session')
  end()
  const found = await Promise.all([1, 2, 3].map(() => ask('query_traces')))
  expect(found).toMatchObject(found.map(() => ({ items: [{ trace: TRACE }] })))
  expect(access.prepare('SELECT count(*) AS sessions FROM session').get()).toEqual({ sessions: 1 })
  end()
  expect(await ask('share_trace', { trace: TRACE })).toMatchObject({ by: 'owner' })
})

async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}/fd/0`)) await once(AbortSignal.timeout(50), 'abort')
}

test('a key from the environment asks the observer at an address', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const key = it.key(['read'])
  const { ask } = await started(['--url', it.url], { PEERWORK_KEY: key })
  expect(await ask('get_handoffs', { trace: TRACE })).toMatchObject({
    items: [{ status: 'error' }]
  })
  const { ask: refused } = await started(['--url', it.url], { PEERWORK_KEY: it.key(['ingest']) })
  await expect(refused('query_traces')).rejects.toThrow('no scope read')
})

test('an observer that is away is an error of the tool, and the client goes on', async () => {
  const { ask, client } = await started(['--url', 'http://127.0.0.1:9'], { PEERWORK_KEY: 'pwk_x' })
  await expect(ask('query_traces')).rejects.toThrow('no observer answers at http://127.0.0.1:9')
  expect((await client.listTools()).tools).toHaveLength(TOOLS.length)
})

test('what cannot work is said at once, without the key', async () => {
  const dir = temporary()
  const mcp = async (args: readonly string[], env: Record<string, string> = {}) => {
    const { code, err } = await peerwork(['observe', 'mcp', ...args], { env })
    expect(code).not.toBe(0)
    return err
  }
  expect(await mcp(['--data', join(dir, 'none')])).toContain('no observer ever ran in')
  expect(existsSync(join(dir, 'none'))).toBe(false)
  expect(await mcp(['--url', 'http://127.0.0.1:9'])).toContain('PEERWORK_KEY')
  expect(await mcp(['--url', 'nonsense'], { PEERWORK_KEY: 'k' })).toContain('--url is an http(s)')
  const shown = await mcp(['--url', 'http://127.0.0.1:9'], { PEERWORK_KEY: 'se cret' })
  expect(shown).toContain('the key is none')
  expect(shown).not.toContain('cret')
})

test('the owner makes links only where --mcp-share was given', async () => {
  await using it = await observed()
  remember(it.dir, 'url', it.url)
  await it.tell(...BROKEN_RUN)
  const { ask } = await started(['--data', it.dir, '--mcp-share'])
  expect(await ask('share_trace', { trace: TRACE })).toMatchObject({ by: 'owner', trace: TRACE })
})
