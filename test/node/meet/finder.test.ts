import type { Connection } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { Finder } from '../../../src/node/meet/finder.ts'
import type { KnownPeer, Peers } from '../../../src/node/peers.ts'
import { FIND_PROTOCOL } from '../../../src/protocol/constants.ts'
import { createRawHost } from '../../helpers/raw-host.ts'
import type { RawHost } from '../../helpers/raw-host.ts'

/** In a row: each is connected to the next one. */
let hosts: RawHost[]
let links: Connection[]
let known: KnownPeer[][]
let finders: Finder[]
let elapsed: number

const peer = (id: string, skill: string, connection?: Connection): KnownPeer => {
  return { id, name: `name of ${skill}`, skills: [{ name: skill }], connection } as never
}

beforeEach(async () => {
  elapsed = 0
  hosts = await Promise.all([createRawHost(), createRawHost(), createRawHost()])
  known = hosts.map(() => [])
  finders = hosts.map(({ id }, at) => {
    const peers = { all: () => known[at] ?? [] } as unknown as Peers
    const hint = (one: KnownPeer) => ({ id: one.id, addresses: ['/ip4/127.0.0.1/tcp/9'] })
    const clock = { elapsed: () => elapsed, chance: systemClock.chance }
    return new Finder({ self: id, clock, peers, hint })
  })
  for (const [at, { host }] of hosts.entries()) {
    await host.handle(FIND_PROTOCOL, (stream, link) => finders[at]?.answer(stream, link))
  }
  links = await Promise.all([0, 1].map(async (at) => hosts[at]!.dial(hosts[at + 1]!.address)))
  known[0]!.push(peer(hosts[1]!.id, 'second', links[0]))
  known[1]!.push(peer(hosts[2]!.id, 'third', links[1]))
})
afterEach(async () => {
  await Promise.all(hosts.map((host) => host[Symbol.asyncDispose]()))
})

const NOBODY = { hints: [], silent: 0 }
const STRANGER = '12D3KooWGMYMmN1RGUYjWaSV6P3XtnBjwnosnJGNMnttfVCRnd6g'

test('a peer names those of its peers that offer the skill, and where they are', async () => {
  const { hints: found } = await finders[0]!.ask(known[0]!, { skill: 'third' }, false)
  expect(found).toEqual([{ id: hosts[2]!.id, addresses: ['/ip4/127.0.0.1/tcp/9'] }])
  expect(await finders[0]!.ask(known[0]!, { skill: 'fourth' }, false)).toEqual(NOBODY)
})

test('with an id or a name, only who bears it is named', async () => {
  const { id } = hosts[2]!
  for (const sought of [id, id.slice(0, 20), 'name of third']) {
    const { hints: found } = await finders[0]!.ask(
      known[0]!,
      { skill: 'third', peer: sought },
      false
    )
    expect(found.map((one) => one.id)).toEqual([id])
  }
  const other = await finders[0]!.ask(known[0]!, { skill: 'third', peer: STRANGER }, false)
  expect(other).toEqual(NOBODY)
})

test('a question travels one step further when it may, and no step more', async () => {
  known[2]!.push(peer(STRANGER, 'fourth'))
  expect(await finders[0]!.ask(known[0]!, { skill: 'fourth' }, false)).toEqual(NOBODY)
  const { hints: found } = await finders[0]!.ask(known[0]!, { skill: 'fourth' }, true)
  expect(found.map(({ id }) => id)).toEqual([STRANGER])
})

test('nobody is told of itself, and whoever asks is not named', async () => {
  known[1]!.push(peer(hosts[0]!.id, 'first'))
  expect(await finders[0]!.ask(known[0]!, { skill: 'first' }, false)).toEqual(NOBODY)
})

test('whoever asks in a loop gets no answer until some time has passed', async () => {
  const ask = async () => (await finders[0]!.ask(known[0]!, { skill: 'third' }, false)).hints
  for (let n = 0; n < 64; n++) expect(await ask()).toHaveLength(1)
  expect(await ask()).toEqual([])
  elapsed += 1_000
  expect(await ask()).toHaveLength(1)
})

test('one that hangs holds up no answer for long', async () => {
  const hung = { newStream: () => new Promise(() => undefined) } as unknown as Connection
  const begin = performance.now()
  const { hints: found, silent } = await finders[0]!.ask(
    [peer(STRANGER, 'none', hung), ...known[0]!],
    { skill: 'third' },
    false
  )
  expect(found.map(({ id }) => id)).toEqual([hosts[2]!.id])
  expect(silent).toBe(1)
  expect(performance.now() - begin).toBeLessThan(6_000)
})
