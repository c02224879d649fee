/** Observers on hosts of their own: parted from a producer, late, and complete in the end. */

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Computer } from '../helpers/computer.ts'
import { createLan, noHosts } from '../helpers/netns.ts'
import { timed } from '../helpers/timed.ts'

const TEST_MS_MAX = 180_000
const COUNT = fileURLToPath(new URL('../scenario/skills/count.ts', import.meta.url))
/** The producer works at least so long while an observer is cut off from it, ms. */
const PARTED_MS = 6_000
/** Until a head has come round about: every ten seconds while somebody tails, ms. */
const TOLD_MS_MAX = 25_000
/** To dial again after a cut: the longest pause between two attempts, and the fetching, ms. */
const HEALED_MS_MAX = 60_000

interface Integrity {
  readonly complete: number
  readonly missing: number
  readonly producers: readonly {
    readonly by: string
    readonly boot: string
    readonly held: number
    readonly missing: number
  }[]
}

/** `peerwork observe` on a computer, asked as people ask it: over HTTP, with a key. */
class Watchtower {
  readonly computer: Computer
  #url = ''
  #key = ''

  constructor(computer: Computer) {
    this.computer = computer
  }

  async start(...bootstrap: readonly string[]): Promise<void> {
    const { computer } = this
    const known = bootstrap.flatMap((address) => ['--bootstrap', address])
    const words = ['observe', '--port', '0', '--no-mdns', '--log-level', 'error', ...known]
    const observe = computer.stay(...words)
    computer.up = observe.child
    this.#url = ((await observe.next('started')) as { url: string }).url
    computer.up.stdout?.resume()
    const made = await computer.peerwork('observe', 'key', 'create', 'test', '--scope', 'read')
    this.#key = String(made['key'])
  }

  async ask(path: string): Promise<unknown> {
    const ask = `
      const [url, authorization] = process.argv.slice(-2)
      fetch(url, { headers: { authorization } })
        .then((answer) => answer.text())
        .then((text) => process.stdout.write(text))
    `
    const words = ['-e', ask, `${this.#url}${path}`, `Bearer ${this.#key}`]
    return JSON.parse(await this.computer.host.exec(process.execPath, words))
  }

  async integrity(): Promise<Integrity> {
    return (await this.ask('/api/v1/integrity')) as Integrity
  }

  async missingOf(by: string): Promise<number> {
    const { producers } = await this.integrity()
    return producers.filter((one) => one.by === by).reduce((sum, one) => sum + one.missing, 0)
  }

  /** What it holds of each start of each producer, and what it makes of the traces. */
  async holds(): Promise<{ complete: number; held: string[]; traces: string[] }> {
    const { complete, producers } = await this.integrity()
    const { items } = (await this.ask('/api/v1/traces?limit=100')) as { items: Summary[] }
    return {
      complete,
      held: producers.map(({ by, boot, held }) => `${by} ${boot} ${held}`).toSorted(),
      traces: items.map(({ trace, spans, status }) => `${trace} ${spans} ${status}`).toSorted()
    }
  }
}

interface Summary {
  readonly trace: string
  readonly spans: number
  readonly status: string
}

/** No packet goes from one to the other, or each goes again. */
async function part(one: Computer, other: Computer, is: boolean): Promise<void> {
  for (const [from, to] of [
    [one.host, other.host],
    [other.host, one.host]
  ] as const) {
    await from.exec('ip', ['route', is ? 'add' : 'del', 'blackhole', `${to.address}/32`])
  }
}

test.skipIf(noHosts)(
  'an observer parted from a producer knows how much it lacks, and has all of it in the end',
  async () => {
    await using lan = await createLan(4)
    const computers = lan.hosts.map((host) => new Computer(host))
    const [alice, bob, near, late] = computers as [Computer, Computer, Computer, Computer]
    const addressOf = (addresses: readonly string[], { host }: Computer): string =>
      addresses.find((address) => address.includes(host.address))!
    try {
      const { id } = await bob.peerwork('id')
      const quiet = ['--no-mdns', '--log-level', 'error']
      const hers = await alice.start(
        '--name',
        'alice',
        ...quiet,
        '--skill',
        COUNT,
        '--allow',
        String(id)
      )
      const at = addressOf(hers.addresses, alice)
      const his = await bob.start('--name', 'bob', ...quiet, '--bootstrap', at)
      const addresses = [at, addressOf(his.addresses, bob)]
      const first = new Watchtower(near)
      await first.start(...addresses)
      let tasks = 0
      const work = () =>
        bob.peerwork('run', 'count', '--input', `{"n":${++tasks}}`, '--to', 'alice')
      await work()
      const seen = async (): Promise<string[]> => (await first.holds()).traces
      await expect.poll(seen, { timeout: TOLD_MS_MAX }).toHaveLength(1)
      await expect.poll(async () => (await first.holds()).complete).toBe(1)

      // Whoever watches passes on the heads of producers.
      bob.stay('watch')
      await part(alice, near, true)
      const began = performance.now()
      let lacks = 0
      while (performance.now() - began < TOLD_MS_MAX) {
        await work()
        lacks = await first.missingOf(hers.id)
        if (lacks > 0 && performance.now() - began > PARTED_MS) break
      }
      expect(lacks).toBeGreaterThan(0)
      expect((await first.integrity()).complete).toBeLessThan(1)
      const second = new Watchtower(late)
      await second.start(...addresses)
      await work()
      await part(alice, near, false)

      const both = () => Promise.all([first.holds(), second.holds()])
      await timed('after the partition: two observers have everything', async () => {
        const whole = async (): Promise<boolean> => {
          const [one, other] = await both()
          if (one.complete !== 1 || other.complete !== 1) return false
          return JSON.stringify(one) === JSON.stringify(other)
        }
        await expect.poll(whole, { timeout: HEALED_MS_MAX, interval: 1_000 }).toBe(true)
      })
      const [one] = await both()
      expect(one.traces).toHaveLength(tasks)
      expect(one.traces.every((line) => line.endsWith('2 ok'))).toBe(true)
    } finally {
      await Promise.all(computers.map((computer) => computer.shutDown()))
    }
  },
  TEST_MS_MAX
)
