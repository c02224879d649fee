import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Workshop } from '../../src/tasks/work.ts'
import { errorOf, isAlive, levels, openShop, submit, valueOf } from './shop.ts'

interface Tried {
  readonly done: boolean
  readonly answer: string
}

/** Process ids of all descendants of this process. */
function children(pid = process.pid): number[] {
  const path = `/proc/${pid}/task/${pid}/children`
  if (!existsSync(path)) return []
  const own = readFileSync(path, 'utf8')
    .split(' ')
    .filter((id) => id !== '')
    .map(Number)
  return own.flatMap((id) => [id, ...children(id)])
}

describe.each(levels())('a sandbox of level %s', (level) => {
  let shop: Workshop
  let folder: string
  let server: Server
  let port: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'peerwork-keys-'))
    await writeFile(join(folder, 'key'), 'secret')
    server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = String((server.address() as AddressInfo).port)
    process.env['PEERWORK_TEST_SECRET'] = 'x'
    shop = await openShop(['probe', 'memory', 'forges', 'throws', 'talks'], { level, home: folder })
  })
  afterAll(async () => {
    await shop[Symbol.asyncDispose]()
    server.close()
    await rm(folder, { recursive: true })
  })

  const attempt = async (what: string, argument = ''): Promise<Tried> =>
    valueOf(await submit(shop, 'probe', { what, argument }).outcome) as Tried

  it('reports its level', () => {
    expect(shop.isolation).toBe(level)
  })

  it.each([
    ['read', '/etc/passwd'],
    ['read', '/proc/1/environ'],
    ['list', '/'],
    ['list', tmpdir()],
    ['write', join(tmpdir(), 'peerwork-probe')],
    ['exec', ''],
    ['worker', ''],
    ['binding', ''],
    ['sqlite', join(tmpdir(), 'peerwork-probe.db')],
    ['fetch', 'http://127.0.0.1/'],
    ['lookup', 'localhost'],
    ['unix', '/run/systemd/private']
  ])('does not let a skill %s %s', async (what, argument) => {
    expect(await attempt(what, argument)).toMatchObject({ done: false })
  })

  it('does not let a skill read the keys of the agent', async () => {
    expect(await attempt('read', join(folder, 'key'))).toMatchObject({ done: false })
    expect(await attempt('list', folder)).toMatchObject({ done: false })
  })

  it('does not let a skill connect to anything', async () => {
    expect(await attempt('connect', port)).toMatchObject({ done: false })
    expect(await attempt('datagram', port)).toMatchObject({ done: false })
  })

  it('does not let a skill signal, slow down or debug other processes', async () => {
    expect(await attempt('renice', String(process.pid))).toMatchObject({ done: false })
    expect(await attempt('kill', String(process.pid))).toMatchObject({ done: false })
    expect(await attempt('debug', String(process.pid))).toMatchObject({ done: false })
  })

  it('gives a skill an empty environment', async () => {
    expect(await attempt('env')).toEqual({ done: true, answer: '0' })
  })

  it.each(['heap', 'buffers', 'wasm'])(
    'ends a skill that takes too much memory (%s)',
    async (of) => {
      const outcome = await submit(shop, 'memory', { of }).outcome
      expect(errorOf(outcome).code).toBe('OUT_OF_MEMORY')
      // The same skill goes on working for others.
      expect(
        errorOf(await submit(shop, 'memory', { of }, { budget: { wallMs: 1 } }).outcome).code
      ).toBe('DEADLINE_EXCEEDED')
    }
  )

  it.each(['length', 'json', 'type', 'field', 'facts', 'window', 'chatter'])(
    'ends a runner that breaks the rules of the pipe (%s)',
    async (what) => {
      const outcome = await submit(
        shop,
        'forges',
        { what },
        {
          chunk: () => new Promise(() => undefined)
        }
      ).outcome
      expect(errorOf(outcome).code).toBe('SKILL_CRASHED')
    }
  )

  it('ignores what a runner says of the task of another runner', async () => {
    const other = submit(shop, 'throws', { how: 'exit' }, { id: 'other' })
    const forger = submit(shop, 'forges', { what: 'other', task: 'other' })
    expect(errorOf(await other.outcome).code).toBe('SKILL_CRASHED')
    expect(valueOf(await forger.outcome)).toBe('honest')
  })

  it.runIf(process.platform === 'linux')(
    'holds no files open for a runner that repeats itself',
    async () => {
      const files = (): number => readdirSync('/proc/self/fd').length
      const before = files()
      expect(valueOf(await submit(shop, 'forges', { what: 'hello' }).outcome)).toBe('honest')
      expect(files()).toBeLessThan(before + 50)
    }
  )

  it('checks output and patch that did not come from its own code', async () => {
    expect(errorOf(await submit(shop, 'forges', { what: 'output' }).outcome).code).toBe(
      'OUTPUT_INVALID'
    )
    expect(errorOf(await submit(shop, 'forges', { what: 'patch' }).outcome).code).toBe(
      'OUTPUT_INVALID'
    )
  })

  it.runIf(process.platform === 'linux')('leaves no process behind', async () => {
    const before = children()
    const own = await openShop(['together'], { level })
    const heard = submit(own, 'together', { ms: 10_000 }, { budget: { wallMs: 60_000 } })
    expect(children()).not.toEqual(before)
    await own[Symbol.asyncDispose]()
    expect(errorOf(await heard.outcome).code).toBe('SHUTTING_DOWN')
    expect(children()).toEqual(before)
  })
})

describe('a sandbox without bubblewrap', () => {
  it('has its process gone once the workshop is closed', async () => {
    const shop = await openShop(['together'], { level: 'process' })
    const pid = valueOf(await submit(shop, 'together', { ms: 1 }).outcome) as number
    expect(isAlive(pid)).toBe(true)
    await shop[Symbol.asyncDispose]()
    expect(isAlive(pid)).toBe(false)
  })
})

describe.runIf(levels().includes('os'))('bubblewrap', () => {
  it('shows a skill no process but its own', async () => {
    await using shop = await openShop(['probe'], { level: 'os' })
    const outcome = await submit(shop, 'probe', { what: 'others' }).outcome
    const { done, answer } = valueOf(outcome) as Tried
    // Node's permission model refuses to list /proc; were it gone, two processes would show.
    expect(done ? Number(answer) : 0).toBeLessThan(4)
  })
})
