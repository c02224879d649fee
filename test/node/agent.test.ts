import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { createAgent } from '../../src/index.ts'
import type { AgentInit } from '../../src/index.ts'
import { skill, Stage } from '../helpers/processes.ts'

const SOURCE = pathToFileURL(join(import.meta.dirname, '../../src/index.ts')).href
/** For a process to start an agent and end by itself, on a busy machine, ms. */
const EXIT_MS_MAX = 20_000

/** Run a program that knows `createAgent`; resolves when it has ended by itself. */
async function program(body: string): Promise<{ code: number | null; said: string }> {
  const source = `import { createAgent } from '${SOURCE}'\n${body}`
  const args = ['--conditions=source', '--input-type=module', '-e', source]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), EXIT_MS_MAX)
  const exit = once(child, 'exit')
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await exit) as [number | null]
  clearTimeout(timer)
  return { code, said: (out + error).trim() }
}

/** A program in which `createAgent` fails: it says with which code, and must end by itself. */
const failing = (init: AgentInit) =>
  program(`createAgent(${JSON.stringify({ preset: 'loopback', ...init })}).then(
    () => console.log('it did not fail'),
    (error) => console.log(error.code)
  )`)

test('an agent without settings has an identity, a name and an address of its own', async () => {
  await using one = await createAgent({ preset: 'loopback' })
  await using two = await createAgent({ preset: 'loopback' })
  expect(one.id).not.toBe(two.id)
  expect(one.name).toBe(`agent-${one.id.slice(-6)}`)
  expect(one.addresses).toEqual([
    expect.stringMatching(new RegExp(`^/ip4/127\\.0\\.0\\.1/tcp/\\d+/p2p/${one.id}$`))
  ])
  expect(await one.info()).toMatchObject({
    ...{ id: one.id, network: 'home', home: null, pid: process.pid, admits: 'nobody', skills: [] }
  })
})

test('one agent works for the other, and the result is verified', async () => {
  await using stage = new Stage()
  const alice = await stage.inside({ skills: [skill('count')], name: 'alice' })
  const bob = await stage.inside({ name: 'bob', bootstrap: [alice.addresses[0] ?? ''] })
  const result = await bob.run('count', { n: 3 })
  expect(result).toMatchObject({
    ...{ skill: 'count', value: { n: 3, run: 1 }, by: alice.id, replay: false, chunks: 0 }
  })
  expect(result.usage.wallMs).toBeGreaterThan(0)
  const { findMs, acceptMs, workMs, totalMs } = result.timing
  expect(findMs + acceptMs + workMs).toBeCloseTo(totalMs)
})

test('large inputs and outputs work as often as small ones, also many at once', async () => {
  await using stage = new Stage()
  const alice = await stage.inside({ skills: [skill('echo')], queue: 200 })
  const bob = await stage.inside()
  await bob.connect(alice.addresses[0] ?? '')
  const large = 'x'.repeat(50_000)
  for (let n = 0; n < 70; n++) expect((await bob.run('echo', large)).value).toBe(large)
  const all = await Promise.all(Array.from({ length: 100 }, () => bob.run('echo', large)))
  expect(all.every(({ value }) => value === large)).toBe(true)
})

test('payloads of megabytes arrive whole', async () => {
  await using stage = new Stage()
  const alice = await stage.inside({ skills: [skill('echo')] })
  const bob = await stage.inside()
  await bob.connect(alice.addresses[0] ?? '')
  const huge = Array.from({ length: 12_000 }, (_, at) => `${at} `.padEnd(1_000, 'é')).join('')
  expect((await bob.run('echo', huge.slice(0, 6_000_000))).value).toBe(huge.slice(0, 6_000_000))
})

test('a home keeps the id and the port, and is for one agent only', async () => {
  await using stage = new Stage()
  const home = stage.home()
  const first = await createAgent({ preset: 'loopback', home })
  const { id, addresses } = first
  await expect(createAgent({ preset: 'loopback', home })).rejects.toMatchObject({
    code: 'HOME_IN_USE'
  })
  await first.stop()
  await using second = await createAgent({ preset: 'loopback', home })
  expect({ id: second.id, addresses: second.addresses }).toEqual({ id, addresses })
})

test('a process whose agent was stopped ends by itself', async () => {
  const { code, said } = await program(`
    const bob = await createAgent({ preset: 'loopback', open: true })
    const alice = await createAgent({
      preset: 'loopback', open: true, skills: ['${skill('count')}'], bootstrap: bob.addresses
    })
    const { value } = await bob.run('count', { n: 1 })
    for await (const event of bob.watch()) if (event.from === alice.id) break
    await Promise.all([alice.stop(), bob.stop()])
    console.log(value.n)`)
  expect({ code, said }).toEqual({ code: 0, said: '1' })
})

test('`await using` stops the agent when its block ends', async () => {
  const { code, said } = await program(`
    {
      await using agent = await createAgent({ preset: 'loopback' })
      console.log(typeof agent.id)
    }`)
  expect({ code, said }).toEqual({ code: 0, said: 'string' })
})

test('failing half-way leaves nothing running: the process ends by itself', async () => {
  await using stage = new Stage()
  const broken = join(stage.home(), 'broken.ts')
  writeFileSync(broken, 'export default { name: 1 }')
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const used = stage.home()
  await using _holder = await createAgent({ preset: 'loopback', home: used })
  const socketless = stage.home()
  mkdirSync(join(socketless, 'control.sock'))
  const cases: [AgentInit, string | RegExp][] = [
    [{ skills: [broken] }, 'SKILL_INVALID'],
    [{ skills: [skill('count'), skill('no-such-skill')] }, 'BAD_OPTION'],
    [{ skills: [skill('count')], listen: [`/ip4/127.0.0.1/tcp/${port}`] }, 'BAD_ADDRESS'],
    [{ skills: [skill('count')], home: used }, 'HOME_IN_USE'],
    [{ skills: [skill('count')], home: socketless }, 'STORE_FAILED'],
    [{ skills: [skill('count')], allowFile: '/no/such/file' }, /./]
  ]
  for (const [init, expected] of cases) {
    const { code, said } = await failing(init)
    expect(code, said).toBe(0)
    expect(said).not.toBe('it did not fail')
    expect(said).toMatch(expected)
  }
  taken.close()
})

test('a bad option is told before anything starts', async () => {
  const bad = createAgent({ preset: 'loopback', capacity: 0 })
  await expect(bad).rejects.toMatchObject({ code: 'BAD_OPTION' })
  await expect(createAgent({ bootstrap: ['localhost:1'] })).rejects.toMatchObject({
    code: 'BAD_ADDRESS'
  })
})
