import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Computer } from '../helpers/computer.ts'
import { createInternet } from '../helpers/internet.ts'
import { createLan, noHosts } from '../helpers/netns.ts'
import { timed } from '../helpers/timed.ts'

const ANALYSE = fileURLToPath(new URL('../../examples/skills/analyse-text.ts', import.meta.url))
const TEST_MS_MAX = 120_000
/** Until everybody knows everybody: nine processes start on two processors. */
const FORMED_MS_MAX = 30_000
/** How long the network is cut, ms. */
const PARTITION_MS = 60_000
/** To come back: the longest pause between two dials of a peer, and one dial. */
const HEALED_MS_MAX = 40_000

async function together(computers: readonly Computer[], body: () => Promise<void>): Promise<void> {
  try {
    await body()
  } finally {
    await Promise.all(computers.map((computer) => computer.shutDown()))
  }
}

const sorted = async (computer: Computer): Promise<string[]> =>
  (await computer.peerNames()).toSorted()

/** Resolves when each knows all the others, and nobody twice. */
async function formed(computers: readonly Computer[], names: readonly string[]): Promise<void> {
  for (const [at, computer] of computers.entries()) {
    const others = names.filter((name) => name !== names[at]).toSorted()
    await expect.poll(() => sorted(computer), { timeout: FORMED_MS_MAX }).toEqual(others)
  }
}

const addressOf = (addresses: readonly string[], computer: Computer): string =>
  addresses.find((address) => address.includes(computer.host.address))!

test.skipIf(noHosts)(
  'five agents on one LAN know each other by multicast alone',
  async () => {
    await using lan = await createLan(5)
    const names = lan.hosts.map((_, at) => `agent-${at}`)
    const computers = lan.hosts.map((host) => new Computer(host))
    await together(computers, async () => {
      await Promise.all(computers.map((one, at) => one.start('--name', names[at]!)))
      await timed('five on a LAN', () => formed(computers, names))
    })
  },
  TEST_MS_MAX
)

test.skipIf(noHosts)(
  'eight agents on two subnets form a network through a bootstrap peer, also after it was killed',
  async () => {
    const sites = [
      { nat: 'none', hosts: 4 },
      { nat: 'none', hosts: 4 }
    ] as const
    await using net = await createInternet({ servers: 1, sites, company: true })
    const boot = new Computer(net.servers[0]!)
    const agents = net.sites.flatMap(({ hosts }) => hosts).map((host) => new Computer(host))
    const names = agents.map((_, at) => `agent-${at}`)
    await together([boot, ...agents], async () => {
      const { addresses } = await boot.start('--name', 'boot', '--bootstrap-server')
      const through = ['--no-mdns', '--bootstrap', addressOf(addresses, boot)]
      await Promise.all(agents.map((one, at) => one.start('--name', names[at]!, ...through)))
      const everybody = [...agents, boot]
      await timed('eight through a bootstrap peer', () => formed(everybody, [...names, 'boot']))
      await boot.kill()
      // Those who know each other need nobody in the middle.
      await timed('the others notice', () => formed(agents, names))
      await boot.start('--name', 'boot', '--bootstrap-server')
      const back = await timed('bootstrap peer back', () => formed(everybody, [...names, 'boot']))
      expect(back).toBeLessThan(10_000)
    })
  },
  TEST_MS_MAX
)

test.skipIf(noHosts)(
  'a network that was cut in two for a minute heals: no task is lost, and nobody is a ghost',
  async () => {
    const sites = [
      { nat: 'none', hosts: 2 },
      { nat: 'none', hosts: 1 }
    ] as const
    await using net = await createInternet({ servers: 1, sites, company: true })
    const boot = new Computer(net.servers[0]!)
    const [here, there] = net.sites
    const [alice, bob] = here!.hosts.map((host) => new Computer(host))
    const carol = new Computer(there!.hosts[0]!)
    const all = [boot, alice!, bob!, carol]
    const names = ['boot', 'alice', 'bob', 'carol']
    await together(all, async () => {
      const { id } = await bob!.peerwork('id')
      const { addresses } = await boot.start('--name', 'boot', '--bootstrap-server')
      const through = ['--no-mdns', '--bootstrap', addressOf(addresses, boot)]
      await Promise.all([
        alice!.start('--name', 'alice', ...through),
        bob!.start('--name', 'bob', '--log-level', 'error', ...through),
        carol.start('--name', 'carol', '--skill', ANALYSE, '--allow', String(id), ...through)
      ])
      await formed(all, names)
      await there!.unplug()
      const cut = sleep(PARTITION_MS)
      await timed('the cut is noticed', async () => {
        await expect.poll(() => sorted(bob!), { timeout: 30_000 }).toEqual(['alice', 'boot'])
      })
      const tasks = Array.from({ length: 5 }, () =>
        bob!.peerwork(
          ...['run', 'analyse-text', '--input', '{"text":"One. Two."}'],
          ...['--wait', '100s', '--deadline', '110s']
        )
      )
      const ended = Promise.all(tasks)
      await cut
      expect(await carol.peerNames()).toEqual([])
      await there!.plug()
      await timed('healed', async () => {
        await expect.poll(() => sorted(bob!), { timeout: HEALED_MS_MAX }).toContain('carol')
      })
      for (const result of await ended) {
        expect(result).toMatchObject({ value: { sentences: { count: 2 } } })
      }
      await timed('everybody knows everybody', () => formed(all, names))
    })
  },
  3 * TEST_MS_MAX
)
