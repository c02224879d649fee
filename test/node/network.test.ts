import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Agent } from '../../src/index.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const addressOf = (agent: Agent): string => agent.addresses[0] ?? ''

test('an address works with and without the id; connecting again is the same peer', async () => {
  const [alice, bob] = [await stage.inside({ name: 'alice' }), await stage.inside()]
  const plain = addressOf(alice).replace(/\/p2p\/.*/, '')
  const first = await bob.connect(plain)
  expect(first).toMatchObject({ id: alice.id, name: 'alice' })
  expect((await bob.connect(addressOf(alice))).id).toBe(first.id)
  expect(await bob.peers()).toHaveLength(1)
})

test.for([
  ['no address at all', 'localhost', 'BAD_ADDRESS'],
  ['a transport that is not spoken', '/ip4/127.0.0.1/udp/1/quic-v1', 'BAD_ADDRESS'],
  ['a port where nobody listens', '/ip4/127.0.0.1/tcp/9', 'DIAL_FAILED']
])('connecting to %s is %s', async ([, address, code]) => {
  const bob = await stage.inside()
  await expect(bob.connect(address ?? '')).rejects.toMatchObject({ code })
})

test('somebody else at the address is a failed dial', async () => {
  const [alice, bob] = [await stage.inside(), await stage.inside()]
  const gone = await createRawHost()
  await gone[Symbol.asyncDispose]()
  const lie = addressOf(alice).replace(alice.id, gone.id)
  await expect(bob.connect(lie)).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  expect(await bob.peers()).toEqual([])
})

test('who is alone is told why', async () => {
  const alone = await stage.inside()
  await expect(alone.run('count', {}, { wait: 900 })).rejects.toMatchObject({
    code: 'NO_PEERS',
    message: expect.stringMatching(/mDNS is off and no --bootstrap address was given/)
  })
  const hopeful = await stage.inside({ bootstrap: ['/ip4/127.0.0.1/tcp/9'] })
  await expect(hopeful.run('count', {}, { wait: 900 })).rejects.toMatchObject({
    code: 'NO_PEERS',
    message: expect.stringMatching(/tcp\/9 is down since .*: the port is closed/)
  })
})

test('a bootstrap peer that starts later is found', async () => {
  const first = await stage.start({ name: 'late' })
  await first.stop()
  const bob = await stage.inside({ bootstrap: [first.address] })
  const late = await first.restart({ skills: [skill('echo')] })
  await until('found', async () => (await bob.peers())[0]?.id === late.id)
  expect((await bob.peers())[0]?.via).toBe('bootstrap')
  expect((await bob.run('echo', 'hello')).value).toBe('hello')
})
