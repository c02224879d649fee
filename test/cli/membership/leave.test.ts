import { expect, test } from 'vitest'
import { founded } from '../land.ts'

test('leaving takes a yes, and leaves the owner’s key where it is', async () => {
  const it = await founded()
  const unsure = await it.say(['network', 'leave', '--name', 'alice'])
  expect([unsure.code, unsure.err]).toEqual([2, expect.stringContaining('--yes')])
  const { code, err } = await it.say(['network', 'leave', '--name', 'alice', '--yes'])
  expect(code).toBe(0)
  expect(err).toMatch(/in lab no more[^]*peerwork revoke 12D3KooW\w{44}/)
  expect((await it.say(['network', '--name', 'alice'])).code).toBe(3)
  expect((await it.say(['network', 'restore', 'lab', '--name', 'alice'])).code).toBe(0)
})

test('the agent has to be stopped first', async () => {
  const it = await founded()
  await it.run('alice')
  const { code, err } = await it.say(['network', 'leave', '--name', 'alice', '--yes', '--json'])
  expect([code, err]).toEqual([1, ''])
})
