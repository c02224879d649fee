import { expect, test } from 'vitest'
import type { ObservedEvent, Peer } from '../../../src/node/api.ts'
import { addJoining, learn } from '../../../src/cli/commands/watch.ts'
import { Names, shortId } from '../../../src/cli/names.ts'
import { ALICE, BOB, ControlDouble } from '../../node/control-double.ts'
import { begin, expectPlain, run, up, world } from '../processes.ts'

test('a watcher sees both sides of a task, paired', async () => {
  const where = world()
  await using alice = await up(where, 'alice', '--skill', 'skills/shout.ts', '--open')
  await using bob = await up(where, 'bob', '--bootstrap', alice.address)
  const lines = begin(where, ['watch', '--name', 'bob', '--type', 'task.*'])
  const objects = begin(where, ['watch', '--name', 'bob', '--skill', 'shout', '--json'])
  const [text, json] = [collect(lines), collect(objects)]
  await expect.poll(() => watching(where), { timeout: 10_000 }).toBe(true)
  await expect
    .poll(
      async () => {
        await run(where, ['run', 'shout', '--name', 'bob', '--input', '{"text":"x"}'])
        return text() !== '' && json() !== ''
      },
      { timeout: 20_000 }
    )
    .toBe(true)
  await expect.poll(text, { timeout: 10_000 }).toMatch(/\[bob\] → alice .*submitted/)
  await expect.poll(text, { timeout: 10_000 }).toMatch(/bob → \[alice\] .*received/)
  expectPlain(text())
  const whole = (): ObservedEvent[] => json().split('\n').slice(0, -1).map(parse)
  const sides = () => new Set(whole().map(({ from }) => from))
  await expect.poll(sides, { timeout: 10_000 }).toEqual(new Set([alice.info.id, bob.info.id]))
  for (const { event } of whole()) expect(event).toMatchObject({ skill: 'shout' })
})

test('without a running agent a short-lived one listens, and Ctrl-C ends it', async () => {
  const where = world()
  await using alice = await up(where, 'alice')
  const network = ['--preset', 'loopback', '--bootstrap', alice.address]
  const child = begin(where, ['watch', '--name', 'carol', ...network])
  const text = collect(child)
  const peers = async () => (await run(where, ['peers', '--name', 'alice'])).out
  await expect.poll(peers, { timeout: 15_000 }).toContain('carol')
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  expect(await ended).toBe(0)
  expectPlain(text())
})

test('no producer renames others, or itself beside its card', async () => {
  const names = new Names()
  names.add(ALICE, 'alice')
  const agent = new ControlDouble()
  const said = { from: BOB, name: 'bob', missed: 0 }
  const base = { seq: 0, at: 0, name: 'mallory' }
  await learn(names, { ...said, event: { ...base, type: 'peer.joined', peer: ALICE } }, agent)
  await learn(names, { ...said, event: { ...base, type: 'agent.started' } }, agent)
  expect([names.of(ALICE), names.of(BOB)]).toEqual(['alice', 'bob'])
})

test('who joined for a moment, like a guest, has its name afterwards', async () => {
  const names = new Names()
  names.add(ALICE, 'guest of alice')
  const agent = {
    async *watchPeers() {
      await Promise.resolve()
      const peer = { id: BOB, name: 'guest of alice' } as Peer
      yield { type: 'joined' as const, peer }
      yield { type: 'left' as const, peer, reason: 'the connection ended' }
    }
  }
  await addJoining(names, { agent }, new AbortController().signal)
  expect(names.of(BOB)).toBe(`guest of alice ${shortId(BOB)}`)
})

const parse = (line: string): ObservedEvent => JSON.parse(line) as ObservedEvent

function collect(child: ReturnType<typeof begin>): () => string {
  let seen = ''
  child.stdout?.on('data', (data: Buffer) => (seen += data.toString()))
  return () => seen
}

async function watching(where: ReturnType<typeof world>): Promise<boolean> {
  return (await run(where, ['id', '--name', 'bob', '--json'])).out.includes('"running":true')
}
