import type { Connection } from '@libp2p/interface'
import type { Stream } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Agent } from '../../src/index.ts'
import { Cards } from '../../src/node/cards.ts'
import { systemClock } from '../../src/node/clock.ts'
import { pull } from '../../src/node/pull.ts'
import { CARD_PROTOCOL } from '../../src/protocol/constants.ts'
import { decode, encode } from '../../src/protocol/canonical.ts'
import { encodeFrame, FrameParser } from '../../src/protocol/frame.ts'
import { readCardExchange } from '../../src/protocol/message/card.ts'
import type { Card } from '../../src/protocol/message/card.ts'
import { peek } from '../../src/protocol/seal.ts'
import { cardFrame, EvilPeer, offer } from '../helpers/evil-peer.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

let stage: Stage
let alice: Agent
let evil: EvilPeer

beforeEach(async () => {
  stage = new Stage()
  alice = await stage.inside({ name: 'alice' })
  evil = await EvilPeer.create()
})
afterEach(async () => {
  await evil[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})

const addressOf = (agent: Agent): string => agent.addresses[0] ?? ''
const isPeer = async (id: string): Promise<boolean> =>
  (await alice.peers()).some((peer) => peer.id === id)

test('cards tell both sides who the other is', async () => {
  const bob = await stage.inside({ name: 'bob' })
  expect(await bob.connect(addressOf(alice))).toMatchObject({
    id: alice.id,
    name: 'alice',
    via: 'dial'
  })
  await until('alice knows', () => isPeer(bob.id))
  expect(await alice.peers()).toMatchObject([{ id: bob.id, name: 'bob', via: 'inbound' }])
})

test('of two networks, both sides learn WRONG_NETWORK, every time and at once', async () => {
  for (let n = 0; n < 10; n++) {
    const other = await stage.inside({ network: `other-${n}` })
    const begin = performance.now()
    await expect(other.connect(addressOf(alice))).rejects.toMatchObject({ code: 'WRONG_NETWORK' })
    expect(performance.now() - begin).toBeLessThan(5_000)
    expect(await other.peers()).toEqual([])
    await other.stop()
  }
  expect(await alice.peers()).toEqual([])
})

const old = (age: number) => ({ issued: Date.now() - age - 600_000, expires: Date.now() - age })

test.for([
  ['of another network', () => cardFrame(evil.identity, { network: 'other' })],
  ['in the name of another', () => cardFrame(evil.identity, { from: alice.id })],
  ['that has expired', () => cardFrame(evil.identity, old(1_000))],
  ['from the future', () => cardFrame(evil.identity, { issued: Date.now() + 600_000 })],
  [
    'with a schema that is no JSON',
    () => {
      const skills = [{ ...offer('x'), input: '{"type":' }]
      return cardFrame(evil.identity, { skills })
    }
  ],
  ['with a name that plays with terminals', () => cardFrame(evil.identity, { name: 'a\u001b[2J' })],
  [
    'that was changed on the way',
    () => {
      const frame = cardFrame(evil.identity)
      frame[100] = (frame[100] ?? 0) ^ 1
      return frame
    }
  ],
  ['that is garbage', () => Buffer.from('hello')],
  ['that is empty', () => new Uint8Array()],
  [
    'with more hints than allowed',
    () => {
      const hint = { id: alice.id, addresses: ['/ip4/127.0.0.1/tcp/1'] }
      return cardFrame(
        evil.identity,
        {},
        Array.from({ length: 65 }, () => hint)
      )
    }
  ]
] as const)('who shows a card %s is turned away, whoever dialled', async ([, make]) => {
  const connection = await evil.join(addressOf(alice), make()).catch(() => undefined)
  await until('turned away', () => connection === undefined || connection.status !== 'open')
  expect(await isPeer(evil.id)).toBe(false)

  evil.card = make
  await expect(alice.connect(evil.address)).rejects.toMatchObject({
    code: expect.stringMatching(
      /WRONG_NETWORK|SIGNATURE_INVALID|EXPIRED|CLOCK_SKEW|MALFORMED|DIAL_FAILED/
    )
  })
  expect(await isPeer(evil.id)).toBe(false)
})

test('a card over the cap is refused before it is read', async () => {
  const link = await evil.host.dial(addressOf(alice))
  const stream = await link.newStream(CARD_PROTOCOL)
  stream.send(Uint8Array.of(0x7f, 0xff, 0xff, 0xff))
  await until('turned away', () => link.status !== 'open')
})

test.for([
  ['who leaves before it says anything is not taken for another version', 0, 'pass'],
  ['who leaves in the middle of a card was not understood', 20, 'fail']
] as const)('%s', async ([, length, level]) => {
  const link = await evil.host.dial(addressOf(alice))
  const stream = await link.newStream(CARD_PROTOCOL)
  stream.send(encodeFrame(cardFrame(evil.identity)).subarray(0, length))
  await stream.close()
  await until('turned away', () => link.status !== 'open')
  const { findings } = await alice.status()
  expect(findings.find(({ code }) => code === 'VERSION')?.level ?? 'pass').toBe(level)
})

test('a newer card replaces what was known, an older one does not', async () => {
  const seq = Date.now()
  const show = (name: string, number: number) =>
    evil.join(addressOf(alice), cardFrame(evil.identity, { name, seq: number }))
  await show('second', seq)
  await until('known', () => isPeer(evil.id))
  await show('first', seq - 1)
  await show('third', seq + 1)
  await until('renamed', async () => (await alice.peers())[0]?.name === 'third')
  await show('first', seq - 1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await alice.peers()).toMatchObject([{ name: 'third' }])
})

test('a frame of other fields beside the card is refused', async () => {
  const frame = encode({ card: new Uint8Array(10), peers: [], more: 1 })
  const connection = await evil.join(addressOf(alice), frame).catch(() => undefined)
  await until('turned away', () => connection === undefined || connection.status !== 'open')
})

test('a stream that only begins a card is given up after five seconds', async () => {
  const link = await evil.join(addressOf(alice))
  await until('known', () => isPeer(evil.id))
  const stream = await link.newStream(CARD_PROTOCOL)
  stream.send(encodeFrame(cardFrame(evil.identity)).subarray(0, 20))
  const begin = performance.now()
  await until('given up', () => stream.status !== 'open' || link.status !== 'open', 8_000)
  expect(performance.now() - begin).toBeGreaterThan(4_000)
})

test('who shows cards in a loop is not listened to, and stays a peer', async () => {
  let seq = Date.now()
  const numbered = () => cardFrame(evil.identity, { name: `name-${seq}`, seq: seq++ })
  const link = await evil.join(addressOf(alice), numbered())
  await until('known', () => isPeer(evil.id))
  const cards = new Set<string>()
  for await (const event of thirtyCards(alice, link, numbered)) cards.add(event)
  // The first, a burst of as many as may be, and a few for the time that it took.
  expect(cards.size).toBeGreaterThan(3)
  expect(cards.size).toBeLessThan(15)
  expect(link.status).toBe('open')
  expect(await isPeer(evil.id)).toBe(true)
})

/** Shows thirty cards, one after the other; yields the names under which the peer was seen. */
async function* thirtyCards(agent: Agent, link: Connection, make: () => Uint8Array) {
  for (let n = 0; n < 30; n++) {
    const stream = await link.newStream(CARD_PROTOCOL)
    const over = new Promise<void>((resolve) => {
      stream.addEventListener('message', () => resolve(), { once: true })
      stream.addEventListener('close', () => resolve(), { once: true })
      if (stream.status !== 'open') resolve()
    })
    if (stream.status === 'open') stream.send(encodeFrame(make()))
    await over
    await stream.close().catch(() => undefined)
    yield (await agent.peers())[0]?.name ?? ''
  }
}

/** Skills in the card that a stream shows. */
async function shownOn(stream: Stream): Promise<readonly string[]> {
  const parser = new FrameParser(512 * 1024)
  for await (const bytes of pull(stream)) {
    for (const frame of parser.push(bytes)) {
      const { card } = readCardExchange(decode(frame))
      return (decode(peek(card).body) as Card).skills.map(({ name }) => name)
    }
  }
  throw new Error('no card came')
}

test('a card that is renewed while an exchange is in flight is shown again', async () => {
  await using near = await createRawHost()
  const skills: Card['skills'] = []
  const cards = new Cards({
    ...{ identity: near.identity, network: 'home', clock: systemClock, hints: () => [] },
    describe: () => ({
      ...{ name: 'near', version: '0.0.0', addresses: [], skills, isolation: 'os' },
      load: { running: 0, queued: 0, capacity: 1 }
    }),
    ...{ learned: () => undefined, refused: () => undefined }
  })
  const shown: (readonly string[])[] = []
  await evil.host.host.unhandle(CARD_PROTOCOL)
  await evil.host.host.handle(CARD_PROTOCOL, async (stream) => {
    shown.push(await shownOn(stream))
    if (shown.length === 1) {
      skills.push(offer('ready'))
      cards.renew()
    }
    stream.send(encodeFrame(evil.card()))
    await stream.close()
  })
  await cards.exchange(await near.dial(evil.address))
  await until('shown again', () => shown.length === 2)
  expect(shown).toEqual([[], ['ready']])
})

test('a card that could not be shown is shown once more', async () => {
  const shown: (readonly string[])[] = []
  await evil.host.host.unhandle(CARD_PROTOCOL)
  await evil.host.host.handle(CARD_PROTOCOL, async (stream) => {
    const skills = await shownOn(stream)
    shown.push(skills)
    const first = shown.filter(({ length }) => length > 0).length === 1
    if (skills.length > 0 && first) return stream.abort(new Error('not now'))
    stream.send(encodeFrame(evil.card()))
    await stream.close()
  })
  await stage.inside({ bootstrap: [evil.address], skills: [skill('late')] })
  const late = () => shown.filter(({ length }) => length > 0)
  await until('shown once more', () => late().length === 2)
  expect(shown[0]).toEqual([])
  expect(late()).toEqual([['late'], ['late']])
})
