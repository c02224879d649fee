/** A network with an owner, as people use it: real agents in processes of their own. */

import { cpSync, rmSync } from 'node:fs'
import { join as path } from 'node:path'
import { expect, test } from 'vitest'
import { revokeAsOwner } from '../../src/node/membership/as-owner.ts'
import { createInvitation } from '../../src/node/membership/invite.ts'
import { join } from '../../src/node/membership/join.ts'
import { rotateKey } from '../../src/node/membership/rotate.ts'
import { found, MEMBER } from '../helpers/founded.ts'
import type { AgentProcess } from '../helpers/processes.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

const names = async ({ agent }: AgentProcess): Promise<string[]> =>
  (await agent.peers()).map(({ name }) => name).toSorted()

const problemsOf = async ({ agent }: AgentProcess): Promise<string[]> =>
  ((await agent.info()).membership?.problems ?? []).map(({ code }) => code)

const lineOf = async ({ agent }: AgentProcess, id: string) =>
  (await agent.members()).find((member) => member.id === id)

test('whoever was invited works for others; a stranger gets no further than the door', async () => {
  await using stage = new Stage()
  const { admin, member, made } = await found(stage, { skills: [skill('echo')] })
  const bob = await member('bob')
  expect((await bob.agent.run('echo', 'hello')).value).toBe('hello')
  expect((await bob.agent.info()).membership).toMatchObject({
    ...{ network: made.network, name: 'lab', owner: made.owner, members: 2, admins: 1 },
    roles: ['submit', 'execute', 'observe']
  })
  const members = await admin.agent.members()
  expect(members.map(({ name, connected, self }) => ({ name, connected, self }))).toEqual([
    { name: 'alice', connected: false, self: true },
    { name: 'bob', connected: true, self: false }
  ])
  // The address has leaked, and the name of the network.
  const eve = await stage.inside({ network: 'lab', bootstrap: [admin.address] })
  await expect(eve.connect(admin.address)).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  // A member of a network of the same name, but not of this one.
  const other = await found(stage)
  const mallory = await stage.inside({ ...MEMBER, home: await other.enrol('mallory') })
  await expect(mallory.connect(admin.address)).rejects.toMatchObject({ code: 'WRONG_NETWORK' })
  expect(await names(admin)).toEqual(['bob'])
})

test('an invitation lets in as many as it says, as long as it says', async () => {
  await using stage = new Stage()
  const { admin } = await found(stage)
  const twice = await admin.agent.invite({ uses: 2 })
  const enrolled = await join({ link: twice.link, home: stage.home(), name: 'bob' })
  expect(enrolled).toMatchObject({ memberName: 'bob', roles: ['submit', 'execute', 'observe'] })
  // A name is somebody's: whoever comes later gets another one.
  const second = await join({ link: twice.link, home: stage.home(), name: 'bob' })
  expect(second.memberName).toBe(`bob-${second.member.slice(-6)}`)
  const third = join({ link: twice.link, home: stage.home(), name: 'carol' })
  await expect(third).rejects.toMatchObject({ code: 'INVITATION_INVALID', message: /used up/ })
  const short = await admin.agent.invite({ expires: '1ms' })
  await expect(join({ link: short.link, home: stage.home() })).rejects.toMatchObject({
    code: 'INVITATION_INVALID',
    message: /expired/
  })
  await expect(admin.agent.invite({ roles: ['admin'] })).rejects.toMatchObject({
    code: 'OWNER_KEY_NEEDED'
  })
})

test('a revocation cuts within two seconds, and binds those too that were away', async () => {
  await using stage = new Stage()
  const { admin, member } = await found(stage)
  const bob = await member('bob', { skills: [skill('echo')] })
  const carol = await member('carol', { skills: [skill('echo')] })
  const eve = await member('eve')
  await until('all are connected', async () => (await names(eve)).length === 3)
  await carol.stop()
  const began = performance.now()
  const { name } = await admin.agent.revoke('eve', 'sold her key')
  expect(name).toBe('eve')
  await until('eve is cut off', async () => (await names(eve)).length === 0, 2_000)
  await until('bob has cut her off', async () => (await names(bob)).length === 1, 2_000)
  expect(performance.now() - began).toBeLessThan(2_000)
  expect(await problemsOf(eve)).toContain('MEMBERSHIP_REVOKED')
  expect(await lineOf(bob, eve.id)).toMatchObject({ state: 'revoked', reason: 'sold her key' })
  const back = await carol.restart()
  await until('carol hears of it', async () => {
    return (await lineOf(back, eve.id))?.state === 'revoked'
  })
  await until('carol has the others', async () => (await names(back)).length === 2)
  const outcome = eve.agent.run('echo', 'still here?', { to: carol.id, wait: '1s' })
  await expect(outcome).rejects.toMatchObject({ code: /NO_PEERS|PEER_UNKNOWN/ })
})

test('roles are enforced where they matter', async () => {
  await using stage = new Stage()
  const { admin, member } = await found(stage, { skills: [skill('echo')] })
  const worker = await member('worker', { skills: [skill('echo')] }, { roles: ['execute'] })
  const client = await member('client', { skills: [skill('count')] }, { roles: ['submit'] })
  await until('they know each other', async () => (await names(worker)).length === 2)
  await expect(worker.agent.run('echo', 'x')).rejects.toMatchObject({ code: 'ROLE_MISSING' })
  expect((await client.agent.run('echo', 'x', { to: 'worker' })).value).toBe('x')
  // What a member without `execute` offers is not even seen.
  const offered = (await admin.agent.peers()).find(({ name }) => name === 'client')
  expect(offered?.skills).toEqual([])
  const watched = client.agent.watch()[Symbol.asyncIterator]().next()
  await expect(watched).rejects.toMatchObject({ code: 'ROLE_MISSING' })
  await expect(worker.agent.invite()).rejects.toMatchObject({ code: 'ROLE_MISSING' })
  await expect(worker.agent.revoke('client')).rejects.toMatchObject({ code: 'ROLE_MISSING' })
})

test('certificates renew themselves while an admin is there, and end when none is', async () => {
  await using stage = new Stage()
  const { admin, member } = await found(stage, { certificateLife: '4s' })
  const bob = await member('bob')
  await member('carol')
  const first = (await bob.agent.info()).membership?.expires ?? 0
  await until('a new certificate came', async () => {
    return ((await bob.agent.info()).membership?.expires ?? 0) > first
  })
  expect(await names(bob)).toEqual(['alice', 'carol'])
  await admin.stop()
  await until('bob is no member any more', async () => {
    return (await problemsOf(bob)).includes('MEMBERSHIP_EXPIRED')
  })
})

test('a second admin lets others in, and the owner alone can put it out', async () => {
  await using stage = new Stage()
  const { admin, configDir, member } = await found(stage)
  const { link } = await createInvitation({
    ...{ home: admin.home, configDir, addresses: [admin.address] },
    roles: ['submit', 'execute', 'observe', 'admin']
  })
  const home = stage.home()
  await join({ link, home, name: 'ada' })
  const ada = await stage.start({ ...MEMBER, home })
  const bob = await member('bob')
  const { link: hers } = await ada.agent.invite()
  const dave = stage.home()
  expect((await join({ link: hers, home: dave, name: 'dave' })).by).toBe(ada.id)
  const running = await stage.start({ ...MEMBER, home: dave })
  await until('they know each other', async () => (await names(running)).length === 3)
  await expect(admin.agent.revoke('ada')).rejects.toMatchObject({ code: 'OWNER_KEY_NEEDED' })
  const { record } = await revokeAsOwner({ home: admin.home, configDir, member: 'ada' })
  expect((await admin.agent.announce(record)).told).toBeGreaterThan(0)
  await until('ada is cut off', async () => (await names(ada)).length === 0, 2_000)
  // Whom she alone let in rests on her word.
  await until('dave is out with her', async () => (await names(bob)).join() === 'alice', 2_000)
})

test('a changed key stays the same member, and the old one is nobody', async () => {
  await using stage = new Stage()
  const { admin, member } = await found(stage, { skills: [skill('echo')] })
  const bob = await member('bob')
  const old = stage.home()
  await bob.stop()
  cpSync(bob.home, old, { recursive: true })
  const { before, after } = await rotateKey({ home: bob.home })
  expect(before).toBe(bob.id)
  const back = await bob.restart()
  expect(back.id).toBe(after)
  expect((await back.agent.run('echo', 'me again')).value).toBe('me again')
  await until('an admin has confirmed it', async () => {
    const line = await lineOf(admin, after)
    return line?.state === 'member' && (await lineOf(admin, before))?.state === 'moved'
  })
  const thief = await stage.inside({ ...MEMBER, home: old })
  await expect(thief.connect(admin.address)).rejects.toMatchObject({
    code: 'NOT_A_MEMBER',
    message: /has changed its key/
  })
})

test('a copied home is noticed, and both are told', async () => {
  await using stage = new Stage()
  const { admin, member } = await found(stage)
  const bob = await member('bob')
  const copy = stage.home()
  await bob.stop()
  cpSync(bob.home, copy, { recursive: true })
  // On the machine it was copied to, the port would be free.
  rmSync(path(copy, 'port'))
  const first = await bob.restart()
  await until('the first is there', async () => (await names(admin)).includes('bob'))
  const second = await stage.start({ ...MEMBER, home: copy })
  for (const one of [first, second, admin]) {
    await until('it is told', async () => (await problemsOf(one)).includes('DUPLICATE_ID'))
  }
  expect(await names(second)).toEqual([])
  expect(await names(first)).toEqual(['alice'])
})

test('an agent that was killed and started again is no copy of itself', async () => {
  await using stage = new Stage()
  const { admin, member } = await found(stage)
  const bob = await member('bob')
  await bob.kill()
  const back = await bob.restart()
  await until('it is back', async () => (await names(back)).includes('alice'))
  expect(await problemsOf(admin)).toEqual([])
})
