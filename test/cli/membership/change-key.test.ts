import { expect, test } from 'vitest'
import { founded, land, linkFrom } from '../land.ts'

test('an admin changes its key with the word of the owner', async () => {
  const it = await founded()
  const { code, json } = await it.say(['network', 'rotate-key', '--name', 'alice', '--json'])
  expect(code).toBe(0)
  const { before, after } = json() as { before: string; after: string }
  expect(after).not.toBe(before)
  expect((await it.run('alice')).id).toBe(after)
})

test('a member changes its key alone, and is told to meet the others soon', async () => {
  const it = await founded()
  const alice = await it.run('alice')
  const there = land()
  await there.say(['join', await linkFrom(alice), '--name', 'bob'])
  const { code, err } = await there.say(['network', 'rotate-key', '--name', 'bob'])
  expect(code).toBe(0)
  expect(err).toMatch(/was +12D3KooW\w{44}\n +is +12D3KooW\w{44}\n +old key +\//)
  expect(err).toContain('peerwork up --name bob')
  const bob = await there.run('bob', alice.addresses)
  await expect
    .poll(async () => (await alice.members()).find(({ id }) => id === bob.id)?.state)
    .toBe('member')
})
