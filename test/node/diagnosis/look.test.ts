import { afterEach, beforeEach, expect, test } from 'vitest'
import { PROBE_PROTOCOL } from '../../../src/protocol/constants.ts'
import { DialBack } from '../../../src/node/diagnosis/dial-back.ts'
import { lookThroughPeers } from '../../../src/node/diagnosis/look.ts'
import { createRawHost } from '../../helpers/raw-host.ts'
import type { RawHost } from '../../helpers/raw-host.ts'

let asker: RawHost
const hosts: RawHost[] = []

beforeEach(async () => {
  asker = await createRawHost()
  hosts.push(asker)
})
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host[Symbol.asyncDispose]()))
})

async function peer(name: string, answers = true) {
  const host = await createRawHost()
  hosts.push(host)
  const dialBack = new DialBack({ clock: { elapsed: () => 0 }, refused: () => undefined })
  if (answers) {
    await host.host.handle(PROBE_PROTOCOL, (stream, link) => dialBack.answer(stream, link))
  }
  return { name, connection: await asker.dial(host.address) }
}

test('three peers at most are asked, and each says what it saw or why not', async () => {
  const peers = [await peer('a'), await peer('b', false), await peer('c'), await peer('d')]
  const looks = await lookThroughPeers(peers, [asker.address])
  expect(looks.map((look) => look.peer)).toEqual(['a', 'b', 'c'])
  expect(looks[0]?.seen).toEqual({ state: 'open', from: '/ip4/127.0.0.1' })
  expect(looks[1]?.seen).toHaveProperty('error')
})

test('the port is one that such a peer could mean', async () => {
  const near = await peer('near')
  const [look] = await lookThroughPeers([near], ['/ip4/10.0.0.1/tcp/7', asker.address])
  expect(look?.port).toBe(7)
  const [none] = await lookThroughPeers([near], [])
  expect(none?.seen).toEqual({ error: 'this agent has no port' })
})

test('nobody is asked over a relay', async () => {
  const { connection } = await peer('far')
  const text = `${connection.remoteAddr.toString()}/p2p-circuit`
  const relayed = { ...connection, remoteAddr: { toString: () => text } }
  const peers = [{ name: 'far', connection: relayed as unknown as typeof connection }]
  expect(await lookThroughPeers(peers, [asker.address])).toEqual([])
})
