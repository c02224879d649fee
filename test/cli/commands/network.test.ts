import { expect, test } from 'vitest'
import { founded, linkOf, machine } from '../members.ts'
import { expectPlain, run, up } from '../processes.ts'

test('a network is made and looked at, and its only admin is warned of nothing', async () => {
  const where = await founded()
  const shown = await run(where, ['network', '--name', 'alice'])
  expect(shown.code).toBe(0)
  expect(shown.out).toMatch(/^network +lab lab\.[0-9a-f]{16}$/m)
  expect(shown.out + shown.err).not.toContain('ends in')
  expectPlain(shown.out + shown.err)
})

test('an agent of the home runs in its network without being told', async () => {
  const where = await founded()
  await using alice = await up(where, 'alice')
  expect(alice.info.membership).toMatchObject({ name: 'lab', members: 1 })
  const { code, err } = await run(where, ['network', 'leave', '--name', 'alice', '--yes'])
  expect([code, err]).toEqual([1, expect.stringMatching(/HOME_IN_USE[^]*stop it, leave the/)])
})

test('elsewhere there is no network, which is exit code 3', async () => {
  const { code, out, err } = await run(machine(), ['network'])
  expect([code, out]).toEqual([3, ''])
  expect(err).toContain('peerwork join <link>')
})

test('roles say who may submit, so --open and --allow are refused', async () => {
  const where = await founded()
  const { code, err } = await run(where, ['up', '--name', 'alice', '--open'])
  expect([code, err]).toEqual([2, expect.stringMatching(/BAD_OPTION: open: in "lab".*roles/)])
})

test('commands without a running agent are those of a member', async () => {
  const where = await founded()
  await using alice = await up(where, 'alice', '--skill', 'skills/shout.ts')
  const there = machine()
  await run(there, ['join', await linkOf(where), '--name', 'bob'])
  const bob = ['--name', 'bob', '--preset', 'loopback']
  const shout = await run(there, ['run', 'shout', ...bob, '--input', '{"text":"hello"}'])
  expect([shout.code, shout.out], shout.err).toEqual([0, expect.stringContaining('HELLO')])
  const peers = await run(there, ['peers', ...bob, '--wait', '2s'])
  expect([peers.code, peers.out], peers.err).toEqual([0, expect.stringMatching(/^alice /m)])
  const stranger = ['--preset', 'loopback', '--wait', '1s', '--bootstrap', alice.address]
  expect((await run(machine(), ['peers', ...stranger])).code).toBe(7)
})
