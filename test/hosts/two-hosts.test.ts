import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Computer } from '../helpers/computer.ts'
import { createLan, noHosts } from '../helpers/netns.ts'

const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url))
const ANALYSE = path('examples/skills/analyse-text.ts')
const DOCUMENT = path('examples/mvp-demo/letter.md')

/** To notice a dead link: two pings of four seconds, and some for a slow machine, ms. */
const LEFT_MS_MAX = 20_000
/** To come back: the longest pause between two attempts to dial, and one attempt, ms. */
const BACK_MS_MAX = 45_000
const TEST_MS_MAX = 120_000

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
