import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createAgent } from '../../../src/node/agent.ts'
import { readNetworkKey } from '../../../src/node/reach/network-key.ts'

const dir = mkdtempSync(join(tmpdir(), 'peerwork-network-key-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

let files = 0
function keyFile(text: string, mode = 0o600): string {
  const file = join(dir, `key-${++files}`)
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

const keyOf = (digit: string): string => `/key/swarm/psk/1.0.0/\n/base16/\n${digit.repeat(64)}\n`

test('whoever has the same key gets in; another key, or none, meets silence', async () => {
  const init = { preset: 'loopback', logLevel: 'silent' } as const
  await using alice = await createAgent({ ...init, networkKey: keyFile(keyOf('a')) })
  await using bob = await createAgent({ ...init, networkKey: keyFile(keyOf('a')) })
  await using carol = await createAgent({ ...init, networkKey: keyFile(keyOf('b')) })
  await using dave = await createAgent(init)
  const [address = ''] = alice.addresses
  expect(await bob.connect(address)).toMatchObject({ id: alice.id, link: 'direct' })
  await expect(carol.connect(address)).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  await expect(dave.connect(address)).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  expect((await alice.peers()).map(({ id }) => id)).toEqual([bob.id])
})

test('a relay with the key carries those that have it; others get to neither', async () => {
  const init = { preset: 'loopback', logLevel: 'silent', open: true } as const
  const mine = { ...init, networkKey: keyFile(keyOf('a')) }
  await using relay = await createAgent({ ...mine, relay: true })
  const [at = ''] = relay.addresses
  await using alice = await createAgent({ ...mine, relayVia: [at] })
  const through = `${at}/p2p-circuit/p2p/${alice.id}`
  await expect.poll(() => alice.addresses, { timeout: 10_000 }).toContain(through)
  await using bob = await createAgent(mine)
  expect(await bob.connect(through)).toMatchObject({ id: alice.id, link: 'relayed' })
  for (const other of [init, { ...init, networkKey: keyFile(keyOf('b')) }]) {
    await using eve = await createAgent(other)
    await expect(eve.connect(through)).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  }
  const met = (await alice.peers()).map(({ id }) => id)
  expect(met.toSorted()).toEqual([relay.id, bob.id].toSorted())
}, 30_000)

test('a file that is no key, or that others can read, is refused', () => {
  expect(() => readNetworkKey(join(dir, 'none'))).toThrow(/cannot read/)
  expect(() => readNetworkKey(keyFile('a'.repeat(64)))).toThrow(/is no network key/)
  expect(() => readNetworkKey(keyFile(`${keyOf('a')}more`))).toThrow(/is no network key/)
  expect(() => readNetworkKey(keyFile(keyOf('a'), 0o644))).toThrow(/others can read/)
})

test('with a key, no address of a transport that would ignore it is accepted', async () => {
  const networkKey = keyFile(keyOf('a'))
  for (const listen of ['/ip4/127.0.0.1/udp/4001/quic-v1', '/ip4/127.0.0.1/tcp/4001/ws']) {
    const started = createAgent({ networkKey, listen: [listen] })
    await expect(started).rejects.toMatchObject({ code: 'BAD_ADDRESS' })
  }
  const bootstrap = ['/ip4/127.0.0.1/udp/4001/quic-v1']
  const started = createAgent({ networkKey, bootstrap })
  await expect(started).rejects.toThrow(/network key protects/)
})
