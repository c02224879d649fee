import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { TaskSummary } from '../../src/node/api.ts'
import { Computer } from '../helpers/computer.ts'
import { createLan, noHosts } from '../helpers/netns.ts'
import { timed } from '../helpers/timed.ts'

const TEST_MS_MAX = 120_000
const COUNT = fileURLToPath(new URL('../scenario/skills/count.ts', import.meta.url))
/** Longer than both sides need to notice that a link is silent, ms. */
const CUT_MS = 10_000
/** Longer than the cut, ms: the work goes on meanwhile. */
const WORK_MS = 14_000

async function tasksAt(computer: Computer): Promise<readonly TaskSummary[]> {
  return (await computer.peerwork('tasks'))['tasks'] as TaskSummary[]
}

test.skipIf(noHosts)(
  'a cut of some seconds in the middle of a task ends with its result, run once',
  async () => {
    await using lan = await createLan(2)
    const [bob, alice] = lan.hosts.map((host) => new Computer(host)) as [Computer, Computer]
    try {
      const { id } = await bob.peerwork('id')
      const { addresses } = await alice.start(
        ...['--name', 'alice', '--no-mdns', '--skill', COUNT, '--allow', String(id)]
      )
      const address = addresses.find((one) => one.includes(alice.host.address))!
      await bob.start('--name', 'bob', '--no-mdns', '--log-level', 'error', '--bootstrap', address)
      await expect.poll(() => bob.peerNames()).toEqual(['alice'])
      const run = bob.peerwork(
        ...['run', 'count', '--input', JSON.stringify({ n: 1, ms: WORK_MS }), '--to', 'alice']
      )
      const working = async () => (await tasksAt(alice)).map(({ state }) => state)
      await expect.poll(working).toEqual(['working'])
      await alice.host.unplug()
      const cut = sleep(CUT_MS)
      await timed('the cut is noticed', () =>
        expect.poll(() => bob.peerNames(), { timeout: CUT_MS }).toEqual([])
      )
      await cut
      await alice.host.plug()
      await timed('after the cut: the result', () => run)
      expect(await run).toMatchObject({ attempts: 1, value: { n: 1, run: 1 } })
      expect((await tasksAt(alice)).map(({ state }) => state)).toEqual(['completed'])
      const again = await bob.peerwork('run', 'count', '--input', '{"n":2}', '--to', 'alice')
      expect(again).toMatchObject({ value: { n: 2, run: 2 } })
    } finally {
      await Promise.all([bob, alice].map((computer) => computer.shutDown()))
    }
  },
  TEST_MS_MAX
)
