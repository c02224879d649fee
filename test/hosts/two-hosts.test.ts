import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Host } from '../helpers/netns.ts'
import { createLan, noHosts } from '../helpers/netns.ts'

const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url))
const PEERWORK = path('bin/peerwork.js')
const ANALYSE = path('examples/skills/analyse-text.ts')
const DOCUMENT = path('examples/mvp-demo/letter.md')

/** To notice a dead link: two pings of four seconds, and some for a slow machine, ms. */
const LEFT_MS_MAX = 20_000
/** To come back: the longest pause between two attempts to dial, and one attempt, ms. */
const BACK_MS_MAX = 45_000
const TEST_MS_MAX = 120_000

/** One computer with its user: the terminal commands of this file run there. */
class Computer {
  readonly host: Host
  readonly home = mkdtempSync(join(tmpdir(), 'peerwork-host-'))
  up: ChildProcess | undefined

  constructor(host: Host) {
    this.host = host
  }

  /** Run a command to its end; answers with its JSON. */
  async peerwork(...args: string[]): Promise<Record<string, unknown>> {
    const words = [PEERWORK, ...args, '--home', this.home, '--json']
    return JSON.parse(await this.host.exec(process.execPath, words)) as Record<string, unknown>
  }

  /** A command that stays: its JSON lines, one after the other. */
  stay(...args: string[]): { child: ChildProcess; next(type: string): Promise<unknown> } {
    const words = [PEERWORK, ...args, '--home', this.home, '--json']
    const child = this.host.spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface(child.stdout!)[Symbol.asyncIterator]()
    return {
      child,
      async next(type) {
        for (;;) {
          const { done, value } = await lines.next()
          if (done === true) throw new Error(`ended without ${type}`)
          const line = JSON.parse(value) as { type: string }
          if (line.type === type) return line
        }
      }
    }
  }

  async start(...args: string[]): Promise<void> {
    const agent = this.stay('up', ...args)
    this.up = agent.child
    await agent.next('started')
    this.up.stdout?.resume()
  }

  async peerNames(): Promise<string[]> {
    const { peers } = (await this.peerwork('peers')) as { peers: { name: string }[] }
    return peers.map(({ name }) => name)
  }

  async shutDown(): Promise<void> {
    if (this.up !== undefined && this.up.exitCode === null) {
      this.up.kill('SIGINT')
      await once(this.up, 'exit')
    }
    rmSync(this.home, { recursive: true, force: true })
  }
}

async function twoComputers(body: (alice: Computer, bob: Computer) => Promise<void>) {
  await using lan = await createLan(2)
  const [alice, bob] = lan.hosts.map((host) => new Computer(host))
  try {
    const { id } = await bob!.peerwork('id')
    await Promise.all([
      alice!.start('--name', 'alice', '--skill', ANALYSE, '--allow', String(id)),
      bob!.start('--name', 'bob')
    ])
    await expect.poll(() => bob!.peerNames(), { timeout: 10_000 }).toEqual(['alice'])
    await body(alice!, bob!)
  } finally {
    await Promise.all([alice!.shutDown(), bob!.shutDown()])
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`not within ${limitMs} ms`)), limitMs)
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer))
}

const analyse = (computer: Computer) =>
  computer.peerwork('run', 'analyse-text', '--input', `@${DOCUMENT}`, '--to', 'alice')

test.skipIf(noHosts)(
  'two hosts on one LAN find each other by mDNS, and one works for the other',
  async () => {
    await twoComputers(async (alice, bob) => {
      const [peer] = (await bob.peerwork('peers'))['peers'] as {
        via: string
        addresses: string[]
      }[]
      expect(['mdns', 'inbound']).toContain(peer?.via)
      expect(peer?.addresses.join()).toContain(alice.host.address)
      const result = await analyse(bob)
      expect(result).toMatchObject({
        by: (await alice.peerwork('id'))['id'],
        skill: 'analyse-text',
        value: { sentences: { count: 14 } }
      })
    })
  },
  TEST_MS_MAX
)

test.skipIf(noHosts)(
  'a peer behind a pulled cable disappears, and comes back by itself with the cable',
  async () => {
    await twoComputers(async (alice, bob) => {
      const watching = bob.stay('peers', '--watch')
      await watching.next('joined')
      await alice.host.unplug()
      const left = await within(LEFT_MS_MAX, watching.next('left'))
      expect(left).toMatchObject({ peer: { name: 'alice' } })
      expect(await bob.peerNames()).toEqual([])
      await alice.host.plug()
      const back = await within(BACK_MS_MAX, watching.next('joined'))
      expect(back).toMatchObject({ peer: { name: 'alice' } })
      expect(await analyse(bob)).toMatchObject({ skill: 'analyse-text' })
      await expect.poll(() => alice.peerNames(), { timeout: BACK_MS_MAX }).toEqual(['bob'])
      expect([alice.up?.exitCode, bob.up?.exitCode]).toEqual([null, null])
    })
  },
  TEST_MS_MAX
)
