import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Computer } from '../helpers/computer.ts'
import { createLan, noHosts } from '../helpers/netns.ts'

const TEST_MS_MAX = 60_000
/** To dial, be refused a few times by chance, and come in. */
const IN_MS_MAX = 15_000
/** The longest a silent connection keeps a place: afterwards all are taken. */
const FULL_MS = 6_000

/** Opens twenty connections a second, and says nothing on any. */
const SILENT = `
  const [host, port] = process.argv.slice(-2)
  const { connect } = require('node:net')
  setInterval(() => connect({ host, port }).on('error', () => 0).resume(), 50)
`

test.skipIf(noHosts)(
  'one machine that opens connections and says nothing does not keep a newcomer out',
  async () => {
    await using lan = await createLan(3)
    const [alice, bob] = lan.hosts.map((host) => new Computer(host))
    const mallory = lan.hosts[2]!
    try {
      const { addresses } = await alice!.start('--name', 'alice', '--preset', 'internet')
      const address = addresses.find((one) => one.includes(alice!.host.address))!
      const port = /\/tcp\/(\d+)/.exec(address)![1]!
      mallory.spawn(process.execPath, ['-e', SILENT, alice!.host.address, port])
      await sleep(FULL_MS)
      await bob!.start('--name', 'bob', '--preset', 'internet', '--bootstrap', address)
      await expect.poll(() => bob!.peerNames(), { timeout: IN_MS_MAX }).toEqual(['alice'])
    } finally {
      await Promise.all([alice!.shutDown(), bob!.shutDown()])
    }
  },
  TEST_MS_MAX
)
