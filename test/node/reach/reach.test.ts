import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createAgent } from '../../../src/node/agent.ts'

const dir = mkdtempSync(join(tmpdir(), 'peerwork-reach-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const init = { preset: 'loopback', logLevel: 'silent' } as const
const SHOUT = new URL('../../../examples/skills/analyse-text.ts', import.meta.url).href

test('an agent is reached through the relay it names, works over it, and says so', async () => {
  await using relay = await createAgent({ ...init, name: 'relay', relay: true })
  const relayVia = [relay.addresses[0]!]
  await using bob = await createAgent({ ...init, name: 'bob' })
  await using alice = await createAgent({
    ...{ ...init, name: 'alice', relayVia, skills: [SHOUT], allow: [bob.id] }
  })
  const relayed = () => alice.addresses.find((address) => address.includes('/p2p-circuit/'))
  await expect.poll(relayed, { timeout: 5_000 }).toBe(`${relayVia[0]}/p2p-circuit/p2p/${alice.id}`)
  const { links } = await alice.status()
  expect(links).toMatchObject([{ kind: 'relay', state: 'up', peer: relay.id, error: null }])
  expect(await bob.connect(relayed()!)).toMatchObject({ name: 'alice', link: 'relayed' })
  const result = await bob.run('analyse-text', { text: 'One. Two.' }, { to: 'alice' })
  expect(result).toMatchObject({ by: alice.id, value: { sentences: { count: 2 } } })
  const large = { text: 'One more word. '.repeat(60_000) }
  expect(await bob.run('analyse-text', large, { to: 'alice' })).toMatchObject({ by: alice.id })
  expect((await alice.peers()).find(({ id }) => id === bob.id)?.link).toBe('relayed')
})

test('a relay that is none is told as a link that is down', async () => {
  await using plain = await createAgent({ ...init, name: 'plain' })
  await using alice = await createAgent({ ...init, relayVia: [plain.addresses[0]!] })
  await expect
    .poll(async () => (await alice.status()).links, { timeout: 5_000 })
    .toMatchObject([{ kind: 'relay', state: 'down', error: 'it does not serve as a relay' }])
})

test('after a restart an agent finds whom it had reached, without anybody telling it', async () => {
  await using alice = await createAgent({ ...init, name: 'alice' })
  const home = join(dir, 'bob')
  {
    await using bob = await createAgent({ ...init, home, control: false })
    await bob.connect(alice.addresses[0]!)
  }
  await using bob = await createAgent({ ...init, home, control: false })
  await expect
    .poll(() => bob.peers(), { timeout: 5_000 })
    .toMatchObject([{ id: alice.id, via: 'remembered', link: 'direct' }])
})
