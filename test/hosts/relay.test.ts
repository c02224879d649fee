import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { Computer } from '../helpers/computer.ts'
import { createInternet, lose } from '../helpers/internet.ts'
import type { Internet, Nat } from '../helpers/internet.ts'
import { noHosts } from '../helpers/netns.ts'
import { timed } from '../helpers/timed.ts'

const ANALYSE = fileURLToPath(new URL('../../examples/skills/analyse-text.ts', import.meta.url))
const TEST_MS_MAX = 60_000
const FOUND_MS_MAX = 15_000

interface Scene {
  readonly net: Internet
  readonly relay: Computer
  readonly relayAddress: string
  readonly alice: Computer
  readonly bob: Computer
}

/** A relay in the open, and alice and bob each behind a NAT of their own. */
async function behindNats(nats: readonly [Nat, Nat], body: (scene: Scene) => Promise<void>) {
  const sites = nats.map((nat) => ({ nat, hosts: 1 }))
  await using net = await createInternet({ servers: 1, sites })
  const relay = new Computer(net.servers[0]!)
  const [alice, bob] = net.sites.map(({ hosts }) => new Computer(hosts[0]!))
  try {
    const { id } = await bob!.peerwork('id')
    const { addresses } = await relay.start('--name', 'relay', '--bootstrap-server', '--relay')
    const relayAddress = addresses.find((address) => address.includes(relay.host.address))!
    await Promise.all([
      alice!.start(
        ...['--name', 'alice', '--skill', ANALYSE, '--allow', String(id)],
        ...['--bootstrap', relayAddress]
      ),
      bob!.start('--name', 'bob', '--bootstrap', relayAddress)
    ])
    await body({ net, relay, relayAddress, alice: alice!, bob: bob! })
  } finally {
    await Promise.all([relay, alice!, bob!].map((computer) => computer.shutDown()))
  }
}

const linkTo = async (from: Computer, name: string): Promise<string | undefined> =>
  (await from.peers()).find((peer) => peer.name === name)?.link

const analyse = (from: Computer) =>
  from.peerwork('run', 'analyse-text', '--input', '{"text":"One. Two."}', '--to', 'alice')

test.skipIf(noHosts)(
  'two agents behind symmetric NATs work for each other through a relay',
  async () => {
    await behindNats(['symmetric', 'symmetric'], async ({ alice, bob }) => {
      await timed('found through a relay', async () => {
        await expect.poll(() => linkTo(bob, 'alice'), { timeout: FOUND_MS_MAX }).toBe('relayed')
      })
      expect(await analyse(bob)).toMatchObject({ value: { sentences: { count: 2 } } })
      expect(await linkTo(alice, 'bob')).toBe('relayed')
    })
  },
  TEST_MS_MAX
)

test.skipIf(noHosts)(
  'where the NATs keep their ports, the two talk directly after a moment',
  async () => {
    await behindNats(['cone', 'cone'], async ({ alice, bob }) => {
      await timed('direct through two NATs', async () => {
        await expect.poll(() => linkTo(bob, 'alice'), { timeout: FOUND_MS_MAX }).toBe('direct')
      })
      expect(await linkTo(alice, 'bob')).toBe('direct')
      expect(await analyse(bob)).toMatchObject({ value: { sentences: { count: 2 } } })
    })
  },
  TEST_MS_MAX
)

test.skipIf(noHosts)(
  'a relay that loses one packet in twenty still carries every task',
  async () => {
    await behindNats(['symmetric', 'symmetric'], async ({ relay, bob }) => {
      await expect.poll(() => linkTo(bob, 'alice'), { timeout: FOUND_MS_MAX }).toBe('relayed')
      await lose(relay.host, 5)
      const tasks = Array.from({ length: 5 }, () => analyse(bob))
      const all = timed('five tasks, 5 % of the packets lost', () => Promise.all(tasks))
      for (const result of await Promise.all(tasks)) {
        expect(result).toMatchObject({ value: { sentences: { count: 2 } } })
      }
      await all
    })
  },
  TEST_MS_MAX
)

test.skipIf(noHosts)(
  'a relay that was killed is used again within ten seconds of its return',
  async () => {
    await behindNats(['symmetric', 'symmetric'], async ({ relay, alice, bob }) => {
      await expect.poll(() => linkTo(bob, 'alice'), { timeout: FOUND_MS_MAX }).toBe('relayed')
      await relay.kill()
      await expect.poll(() => bob.peerNames(), { timeout: FOUND_MS_MAX }).toEqual([])
      // Longer than the first attempts take: the pauses between them have grown.
      await sleep(5_000)
      await relay.start('--name', 'relay', '--bootstrap-server', '--relay')
      const back = async (): Promise<void> => {
        await expect.poll(() => linkTo(bob, 'alice'), { timeout: FOUND_MS_MAX }).toBe('relayed')
        expect(await analyse(bob)).toMatchObject({ value: { sentences: { count: 2 } } })
      }
      expect(await timed('relay back, task done', back)).toBeLessThan(10_000)
      expect(await linkTo(alice, 'bob')).toBe('relayed')
    })
  },
  TEST_MS_MAX
)

test.skipIf(noHosts)(
  'who is in the open and came later is reached directly, whatever NAT the other one is behind',
  async () => {
    const sites = [{ nat: 'symmetric', hosts: 1 }] as const
    await using net = await createInternet({ servers: 2, sites })
    const [relay, dave] = net.servers.map((host) => new Computer(host))
    const alice = new Computer(net.sites[0]!.hosts[0]!)
    try {
      const { addresses } = await relay!.start('--name', 'relay', '--bootstrap-server', '--relay')
      const address = addresses.find((one) => one.includes(relay!.host.address))!
      await alice.start('--name', 'alice', '--bootstrap', address)
      await expect.poll(() => alice.peerNames()).toEqual(['relay'])
      await dave!.start('--name', 'dave', '--bootstrap', address)
      await timed('direct to one in the open', async () => {
        await expect.poll(() => linkTo(dave!, 'alice'), { timeout: FOUND_MS_MAX }).toBe('direct')
      })
      expect(await linkTo(alice, 'dave')).toBe('direct')
    } finally {
      await Promise.all([relay!, dave!, alice].map((computer) => computer.shutDown()))
    }
  },
  TEST_MS_MAX
)

test.skipIf(noHosts)(
  'members behind NATs join, and work for each other, through a member that relays',
  async () => {
    const sites = [1, 2].map(() => ({ nat: 'symmetric', hosts: 1 }) as const)
    await using net = await createInternet({ servers: 1, sites })
    const relay = new Computer(net.servers[0]!)
    const [alice, bob] = net.sites.map(({ hosts }) => new Computer(hosts[0]!))
    try {
      // The owner's key lies apart from every home.
      vi.stubEnv('XDG_CONFIG_HOME', join(relay.home, 'config'))
      await relay.peerwork('network', 'create', 'lab', '--name', 'relay')
      await relay.start('--bootstrap-server', '--relay')
      for (const [name, one] of Object.entries({ alice: alice!, bob: bob! })) {
        const { link } = await relay.peerwork('invite')
        await one.peerwork('join', String(link), '--name', name)
      }
      await Promise.all([alice!.start('--skill', ANALYSE), bob!.start()])
      await timed('two members found through a relay', async () => {
        await expect.poll(() => linkTo(bob!, 'alice'), { timeout: FOUND_MS_MAX }).toBe('relayed')
      })
      expect(await analyse(bob!)).toMatchObject({ value: { sentences: { count: 2 } } })
    } finally {
      vi.unstubAllEnvs()
      await Promise.all([relay, alice!, bob!].map((computer) => computer.shutDown()))
    }
  },
  TEST_MS_MAX
)
