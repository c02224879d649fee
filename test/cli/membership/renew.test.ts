import { renameSync } from 'node:fs'
import { expect, test } from 'vitest'
import { founded, land, linkFrom } from '../land.ts'

test("the owner's key gives an admin another year, at rest and running", async () => {
  const it = await founded()
  const rest = await it.say(['network', 'renew', '--name', 'alice', '--json'])
  expect(rest.json()).toMatchObject({ name: 'alice', told: 0 })
  const agent = await it.run('alice')
  const up = await it.say(['network', 'renew', '--name', 'alice', '--json'])
  const { expires } = up.json() as { expires: number }
  expect(expires).toBeGreaterThan((rest.json() as { expires: number }).expires)
  expect((await agent.info()).membership?.expires).toBe(expires)
})

test('a connected member gets its new certificate at once', async () => {
  const it = await founded()
  const alice = await it.run('alice')
  await it.say(['join', await linkFrom(alice), '--name', 'bob'])
  const bob = await it.run('bob', alice.addresses)
  await expect.poll(async () => (await alice.peers()).length).toBe(1)
  const { code, err } = await it.say(['network', 'renew', 'bob', '--name', 'alice'])
  expect([code, err]).toEqual([0, expect.stringMatching(/bob .* until .*in 365 days/)])
  const left = async () => ((await bob.info()).membership?.expires ?? 0) - Date.now()
  await expect.poll(left).toBeGreaterThan(300 * 86_400_000)
})

test('without the key, or for nobody, nothing is renewed', async () => {
  const it = await founded()
  expect((await it.say(['network', 'renew', 'eve', '--name', 'alice'])).code).toBe(3)
  renameSync(it.ownerKey, `${it.ownerKey}.away`)
  const { code, err } = await it.say(['network', 'renew', '--name', 'alice'])
  expect([code, err]).toEqual([2, expect.stringContaining(it.ownerKey)])
  expect((await land().say(['network', 'renew'])).code).toBe(4)
})
