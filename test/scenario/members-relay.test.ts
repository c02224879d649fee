/** Members that reach each other through a member that relays: the door is the same. */

import { expect, onTestFinished, test } from 'vitest'
import { importGuarded } from '../../src/node/guarded-import.ts'
import { FOR_MEMBERS } from '../../src/node/reach/limits.ts'
import { found } from '../helpers/founded.ts'
import { skill, Stage, until } from '../helpers/processes.ts'
import { memberHost } from '../node/membership/member-host.ts'
import {
  asAda,
  BEN,
  BEN_SHOWS,
  CAT,
  cat,
  credentialOf,
  EVE,
  eve,
  NOW,
  outBy
} from '../node/membership/people.ts'

test('a relay of a network with an owner serves its members, and no stranger', async () => {
  await using stage = new Stage()
  const { admin, member } = await found(stage, { relay: true })
  const bob = await member('bob', { skills: [skill('echo')], relayVia: [admin.address] })
  const through = `${admin.address}/p2p-circuit/p2p/${bob.id}`
  await until('bob has a place', async () => {
    return (await bob.agent.info()).addresses.includes(through)
  })
  const carol = await member('carol', { bootstrap: [through] })
  await until('carol sees bob', async () => {
    return (await carol.agent.peers()).some(({ name }) => name === 'bob')
  })
  expect((await carol.agent.run('echo', 'hello', { to: bob.id })).value).toBe('hello')
  const eve = await stage.inside({ network: 'lab' })
  await expect(eve.connect(through)).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  expect((await bob.agent.peers()).map(({ name }) => name).toSorted()).toEqual(['alice', 'carol'])
})

test('who was put out does not come back through a relay that has not heard of it', async () => {
  // The relay, the one that was put out, and a member that has heard of it.
  const [relay, out, bob] = await Promise.all([
    memberHost(CAT, credentialOf(cat, 'cat')),
    memberHost(EVE, credentialOf(eve, 'eve')),
    memberHost(BEN, BEN_SHOWS)
  ])
  const { Circuit, serveRelay } = await importGuarded(
    () => import('../../src/node/reach/circuit.ts')
  )
  const stop = await serveRelay(relay.parts, FOR_MEMBERS)
  onTestFinished(stop)
  const circuits = await Promise.all([out, bob].map(({ parts }) => Circuit.add(parts)))
  onTestFinished(async () => void (await Promise.all(circuits.map((circuit) => circuit.stop()))))
  // Nobody compares rosters with the relay, so it goes on serving both.
  for (const [at, { reach }] of [out, bob].entries()) {
    await reach(relay.address)
    await circuits[at]!.reserve(relay.id)
  }
  const way = (to: { readonly id: string }): string => {
    return `${relay.address}/p2p-circuit/p2p/${to.id}`
  }
  const before = await out.reach(way(bob))
  expect(before.remoteAddr.toString()).toContain('/p2p-circuit')
  // Bob hears of it, and tells nobody.
  bob.membership.book.take(outBy(eve, asAda(NOW + 1)))
  bob.membership.look()
  // What was there is cut, and nothing comes back, whoever of the two dials.
  await expect.poll(() => before.status).not.toBe('open')
  await expect(out.reach(way(bob))).rejects.toMatchObject({ code: 'MEMBERSHIP_REVOKED' })
  await expect(bob.reach(way(out))).rejects.toMatchObject({ code: 'MEMBERSHIP_REVOKED' })
  expect(bob.host.getConnections().map(({ remotePeer }) => remotePeer.toString())).toEqual([
    relay.id
  ])
  // The moment that rosters are compared, the relay puts it out as well.
  await bob.membership.opened(bob.host.getConnections()[0]!)
  await expect.poll(() => relay.cut.get(eve.id)?.code).toBe('MEMBERSHIP_REVOKED')
})
