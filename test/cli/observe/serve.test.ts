import { once } from 'node:events'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { ask } from '../../gateway/observed.ts'
import { begin, run, until, up, world } from '../processes.ts'

interface Started {
  readonly type: string
  readonly url: string
  readonly signIn: string | null
  readonly agent: { readonly id: string; readonly name: string } | null
}

async function started(child: ReturnType<typeof begin>): Promise<Started> {
  let out = ''
  child.stdout?.on('data', (piece: Buffer) => (out += piece.toString()))
  await expect.poll(() => out, { timeout: 20_000 }).toContain('\n')
  return JSON.parse(out.split('\n')[0] ?? '') as Started
}

test('it collects what agents of the same user do, and answers for it', async () => {
  const where = world()
  await using alice = await up(where, 'alice', '--skill', `${where.cwd}/skills/shout.ts`, '--open')
  const args = ['observe', '--preset', 'loopback', '--bootstrap', alice.address, '--port', '0']
  const child = begin(where, [...args, '--json'])
  const { url, agent, signIn } = await started(child)
  expect(agent?.name).toBe('observer')
  const link = ['--preset', 'loopback', '--bootstrap', alice.address]
  const task = ['run', 'shout', '--name', 'bob', ...link, '--input', '{"text":"hi"}', '--json']
  const ran = await run(where, task)
  const { trace } = JSON.parse(ran.out.trim().split('\n').at(-1) ?? '{}') as { trace: string }
  const made = await run(where, ['observe', 'key', 'create', 'k', '--scope', 'read'])
  const key = made.out.trim()
  const look = async () => (await ask(`${url}/api/v1/traces/${trace}`, { key })).text
  await expect.poll(look, { timeout: 15_000 }).toContain('"agent":"alice"')
  expect((await ask(`${url}/api/v1/traces`, { key })).text).toContain('"sealed":true')
  expect((await ask(signIn ?? '')).status).toBe(303)
  // A reader that goes away in the middle leaves no words on stdout.
  const headers = { authorization: `Bearer ${key}` }
  const live = get(`${url}/api/v1/live`, { headers })
  const [response] = (await once(live, 'response')) as [IncomingMessage]
  response.destroy()
  let rest = ''
  child.stdout?.on('data', (piece: Buffer) => (rest += piece.toString()))
  child.kill('SIGINT')
  const [code] = (await once(child, 'exit')) as [number]
  expect([code, rest]).toEqual([0, '{"type":"stopped"}\n'])
  const again = begin(where, [...args, '--no-network', '--json'])
  expect(await started(again)).toMatchObject({ signIn: null, agent: null })
  again.kill('SIGTERM')
  expect(await once(again, 'exit')).toEqual([0, null])
})

test('a link leads where people find it, as long as it runs there', async () => {
  const where = world()
  const flags = ['observe', '--no-network', '--port', '0', '--json']
  const child = begin(where, [...flags, '--public-url', 'https://traces.example.com'])
  const { url, signIn } = await started(child)
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/)
  expect(signIn).toMatch(/^https:\/\/traces\.example\.com\/sign-in\?ticket=/)
  const printed = await run(where, ['observe', 'sign-in'])
  expect(printed.out).toMatch(/^https:\/\/traces\.example\.com\/sign-in\?ticket=/)
  const host = { host: 'traces.example.com' }
  expect((await ask(`${url}/healthz`, { headers: host })).status).toBe(200)
  child.kill('SIGTERM')
  await once(child, 'exit')
  const again = begin(where, flags)
  expect((await started(again)).signIn).toMatch(/^http:\/\/127/)
  expect((await run(where, ['observe', 'sign-in'])).out).toMatch(/^http:\/\/127/)
  again.kill('SIGTERM')
  await once(again, 'exit')
})

test('a second one with the same data or the home of another agent is refused', async () => {
  const where = world()
  const first = begin(where, ['observe', '--no-network', '--port', '0'])
  await until(first, 'stderr', 'Send a first trace')
  const second = await run(where, ['observe', '--no-network', '--port', '0'])
  expect(second.code).toBe(1)
  expect(second.err).toMatch(/error HOME_IN_USE: another observer has .*answers at http:/)
  await using _ = await up(where, 'alice')
  const home = await run(where, [
    'observe',
    '--name',
    'alice',
    '--preset',
    'loopback',
    '--port',
    '0'
  ])
  expect(home.code).toBe(1)
  expect(home.err).toMatch(/error HOME_IN_USE/)
  const port = new URL((await run(where, ['observe', 'sign-in'])).out.trim()).port
  const taken = await run(where, ['observe', '--name', 'b', '--no-network', '--port', port])
  expect(taken.code).toBe(2)
  expect(taken.err).toContain(`port ${port} of 127.0.0.1 is taken`)
  if (process.platform === 'linux') {
    expect(taken.err).toContain(`by process ${first.pid} (node peerwork.js observe)`)
  }
  const exposed = await run(where, ['observe', '--no-network', '--host', '0.0.0.0'])
  expect(exposed.code).toBe(2)
  expect(exposed.err).toContain('plain HTTP')
})

test('agents may make links over MCP only where the operator said so', async () => {
  const where = world()
  const flags = ['observe', '--no-network', '--port', '0', '--json']
  const headers = {
    ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} })
  const tools = async (...more: string[]): Promise<string> => {
    const child = begin(where, [...flags, ...more])
    const { url } = await started(child)
    const name = `k${more.length}`
    const made = await run(where, ['observe', 'key', 'create', name, '--scope', 'admin'])
    const { text } = await ask(`${url}/mcp`, { key: made.out.trim(), headers, body })
    child.kill('SIGTERM')
    await once(child, 'exit')
    return text
  }
  expect(await tools('--mcp-share')).toContain('share_trace')
  const without = await tools()
  expect(without).toContain('get_trace')
  expect(without).not.toContain('share_trace')
}, 60_000)
