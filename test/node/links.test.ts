import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAgent } from '../../src/index.ts'
import type { Agent, PeerEvent } from '../../src/index.ts'
import { cardFrame, EvilPeer, offer } from '../helpers/evil-peer.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

let stage: Stage

beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const addressOf = (agent: { addresses: readonly string[] }): string => agent.addresses[0] ?? ''
const count = async (agent: Agent): Promise<number> => (await agent.peers()).length

function follow(agent: Agent): PeerEvent[] {
  const events: PeerEvent[] = []
  void (async () => {
    for await (const event of agent.watchPeers()) events.push(event)
  })()
  return events
}

test('a stranger that shows no card is disconnected after ten seconds', async () => {
  const alice = await stage.inside()
  await using stranger = await createRawHost()
  const connection = await stranger.dial(addressOf(alice))
  const begin = performance.now()
  await until('turned away', () => connection.status !== 'open', 14_000)
  expect(performance.now() - begin).toBeGreaterThan(8_000)
  expect(await count(alice)).toBe(0)
})

test('a listener that answers no card exchange is told as such, in bounded time', async () => {
  const alice = await stage.inside()
  await using silent = await createRawHost()
  await silent.host.handle('/peerwork/card/1', () => undefined)
  const begin = performance.now()
  await expect(alice.connect(silent.address)).rejects.toMatchObject({
    code: expect.stringMatching(/DEADLINE_EXCEEDED|DIAL_FAILED|PEER_LOST/)
  })
  expect(performance.now() - begin).toBeLessThan(9_000)
})

test('a host that is no agent is told at once', async () => {
  const alice = await stage.inside()
  await using stranger = await createRawHost()
  const begin = performance.now()
  await expect(alice.connect(stranger.address)).rejects.toThrow(Error)
  expect(performance.now() - begin).toBeLessThan(4_000)
})

test('a peer leaves when its process dies, and is back when it starts again', async () => {
  const bob = await stage.inside()
  const alice = await stage.start({ name: 'alice', skills: [skill('count')] })
  await bob.connect(alice.address)
  const events = follow(bob)
  await until('joined', () => events.length === 1)
  await alice.kill()
  await until('left', () => events.at(-1)?.type === 'left', 5_000)
  expect(await count(bob)).toBe(0)
  const again = await alice.restart()
  expect(again.address).toBe(alice.address)
  await until('back', () => events.some(({ type }, at) => type === 'joined' && at > 0), 15_000)
  expect((await bob.run('count', {}, { to: again.id })).value).toMatchObject({ run: 1 })
})

test('the side that was dialled also gets its peer back', async () => {
  const alice = await stage.start({ name: 'alice' })
  const bob = await stage.inside({ name: 'bob', bootstrap: [alice.address] })
  await until('met', async () => (await count(bob)) === 1)
  await alice.kill()
  await until('left', async () => (await count(bob)) === 0)
  const again = await alice.restart()
  await until('alice has bob', async () => (await again.agent.peers()).length === 1, 15_000)
  await until('bob has alice', async () => (await count(bob)) === 1, 15_000)
})

test('an agent that stops well says good-bye: its peers know at once', async () => {
  const [alice, bob] = [await stage.inside(), await stage.inside()]
  await bob.connect(addressOf(alice))
  const events = follow(bob)
  await alice.stop()
  await until('left', () => events.at(-1)?.type === 'left', 2_000)
})

test('newcomers hear of the others and meet them all', async () => {
  const hub = await stage.inside({ name: 'hub' })
  const others: Agent[] = []
  for (let n = 0; n < 4; n++) {
    others.push(await stage.inside({ name: `peer-${n}`, bootstrap: [addressOf(hub)] }))
  }
  for (const agent of [hub, ...others]) {
    await until('all met', async () => (await count(agent)) === 4)
  }
})

test('two agents that dial each other at once are one peer each, and work goes on', async () => {
  const [alice, bob] = [
    await stage.inside({ skills: [skill('count')] }),
    await stage.inside({ skills: [skill('count')] })
  ]
  await Promise.all([alice.connect(addressOf(bob)), bob.connect(addressOf(alice))])
  expect([await count(alice), await count(bob)]).toEqual([1, 1])
  expect((await alice.run('count', {})).by).toBe(bob.id)
  expect((await bob.run('count', {})).by).toBe(alice.id)
})

test('hearsay of addresses that are no addresses to dial leads nowhere', async () => {
  const alice = await stage.inside()
  const target = await createRawHost()
  let knocked = 0
  target.host.addEventListener('connection:open', () => knocked++)
  const plain = target.address.replace(/\/p2p\/.*/, '')
  const evil = await EvilPeer.create()
  try {
    const addresses = ['/ip4/169.254.169.254/tcp/80', '/unix/etc/passwd', '/ip4/127.0.0.1/udp/1']
    evil.card = () => cardFrame(evil.identity, {}, [{ id: target.id, addresses }])
    await alice.connect(evil.address)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(knocked).toBe(0)
    // An honest hint over the same loopback link is followed.
    const second = await stage.inside()
    evil.card = () => cardFrame(evil.identity, {}, [{ id: target.id, addresses: [plain] }])
    await second.connect(evil.address)
    await until('dialled', () => knocked > 0)
  } finally {
    await evil[Symbol.asyncDispose]()
    await target[Symbol.asyncDispose]()
  }
})

test('hearsay from those who dial us is not followed: they may be anybody', async () => {
  const alice = await stage.inside()
  await using target = await createRawHost()
  let knocked = 0
  target.host.addEventListener('connection:open', () => knocked++)
  const evil = await EvilPeer.create()
  const plain = target.address.replace(/\/p2p\/.*/, '')
  const hints = [{ id: target.id, addresses: [plain] }]
  await evil.join(addressOf(alice), cardFrame(evil.identity, {}, hints))
  await until('known', async () => (await count(alice)) === 1)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(knocked).toBe(0)
  await evil[Symbol.asyncDispose]()
})

test('a peer with a name as long as names may be does not spoil what we tell of it', async () => {
  const alice = await stage.inside({ name: 'alice' })
  const seen: string[] = []
  const bob = await stage.inside({ name: 'bob' })
  await bob.connect(addressOf(alice))
  void (async () => {
    for await (const { from, event } of bob.watch()) {
      if (from === alice.id && event.type === 'peer.joined') seen.push(event.peer)
    }
  })()
  // 63 letters of four bytes each.
  const evil = await EvilPeer.create({ name: '𝒜'.repeat(63), skills: [offer('x')] })
  await evil.join(addressOf(alice))
  await until('bob hears of it', () => seen.includes(evil.id), 5_000)
  await evil[Symbol.asyncDispose]()
})

test('links survive an agent that is made and stopped many times on one home', async () => {
  const home = stage.home()
  const bob = await stage.inside({ name: 'bob' })
  for (let n = 0; n < 3; n++) {
    const alice = await createAgent({ preset: 'loopback', home })
    await bob.connect(addressOf(alice))
    expect(await count(bob)).toBe(1)
    await alice.stop()
    await until('left', async () => (await count(bob)) === 0)
  }
})
