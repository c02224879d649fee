import { expect, test } from 'vitest'
import { createRawHost } from '../../helpers/raw-host.ts'
import {
  ADA,
  ADA_SHOWS,
  asAda,
  BEN,
  BEN_SHOWS,
  ben,
  certifyExpired,
  credentialOf
} from './people.ts'
import { EVE, eve, outBy } from './people.ts'
import { certify } from '../../../src/node/membership/issue.ts'
import { facts } from './people.ts'
import { memberHost } from './member-host.ts'

test('members connect, and speak protocols over it', async () => {
  const [one, two] = await Promise.all([memberHost(ADA, ADA_SHOWS), memberHost(BEN, BEN_SHOWS)])
  const connection = await two.dial(one)
  expect(connection.encryption).toBe('/peerwork/member-noise/1')
  const arrived = new Promise<string>((resolve) => {
    void one.host.handle('/test/1', (stream) => {
      stream.addEventListener('message', ({ data }) => {
        resolve(Buffer.from(data.subarray()).toString())
      })
    })
  })
  const stream = await connection.newStream('/test/1')
  stream.send(new Uint8Array(Buffer.from('hello')))
  expect(await arrived).toBe('hello')
})

test('a stranger reaches no protocol, not even identify, and is no connection', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const opened: string[] = []
  admin.host.addEventListener('connection:open', ({ detail }) => {
    opened.push(detail.remotePeer.toString())
  })
  // Plain noise finds nothing in common.
  await using plain = await createRawHost()
  await expect(plain.dial(admin.address)).rejects.toThrow(/noise/)
  // Our own handshake, with nothing to show.
  const nobody = await memberHost(EVE)
  await expect(nobody.dial(admin)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' })
  // Somebody else's certificate.
  const thief = await memberHost(EVE, BEN_SHOWS)
  await expect(thief.dial(admin)).rejects.toMatchObject({ message: /somebody else/ })
  const late = await memberHost(BEN, certifyExpired(ben, asAda()))
  await expect(late.dial(admin)).rejects.toMatchObject({ code: 'MEMBERSHIP_EXPIRED' })
  expect(opened).toEqual([])
  expect(admin.host.getConnections()).toEqual([])
})

test('who was away when its certificate ended gets a new one, if not too late', async () => {
  const hour = 60 * 60_000
  const shown = (agoMs: number) =>
    certify(facts(ben, 'ben', { since: 0 }), { ...asAda(Date.now() - agoMs), lifeMs: hour })
  const admin = await memberHost(ADA, ADA_SHOWS)
  const late = await memberHost(BEN, shown(1.5 * hour))
  expect(late.membership.ownFault()?.code).toBe('MEMBERSHIP_EXPIRED')
  await expect(late.dial(admin)).rejects.toThrow(/for the next connection/)
  expect(late.membership.ownFault()).toBeUndefined()
  await late.dial(admin)
  expect(admin.membership.may(ben.id, 'submit')).toBe(true)
  const gone = await memberHost(BEN, shown(3 * hour))
  await expect(gone.dial(await memberHost(ADA, ADA_SHOWS))).rejects.toMatchObject({
    code: 'MEMBERSHIP_EXPIRED'
  })
})

test('who was put out is told why, whoever dials', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const shown = credentialOf(eve, 'eve')
  const one = await memberHost(EVE, shown)
  admin.membership.book.take({ member: shown })
  admin.membership.book.take(outBy(eve, asAda(), { reason: 'sold her key' }))
  await expect(one.dial(admin)).rejects.toMatchObject({ code: 'MEMBERSHIP_REVOKED' })
  expect(one.membership.problems.list()).toMatchObject([{ message: /sold her key/ }])
  await expect(admin.dial(one)).rejects.toMatchObject({ code: 'MEMBERSHIP_REVOKED' })
})

test('a guest comes in by the word of its own agent, for as long as that holds', async () => {
  const agent = await memberHost(BEN, BEN_SHOWS)
  const guest = await memberHost(EVE)
  await expect(guest.dial(agent)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' })
  const leave = agent.membership.gate.admit(eve.id)
  await guest.dial(agent)
  expect(agent.membership.may(eve.id, 'submit')).toBe(true)
  expect(agent.membership.may(eve.id, 'execute')).toBe(false)
  leave()
  agent.membership.look()
  expect(agent.cut.get(eve.id)?.code).toBe('NOT_A_MEMBER')
})

test('a way around the handshake ends at the second line', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  // As a transport does that brings encryption of its own.
  expect(admin.membership.door.fault(eve.id)?.code).toBe('NOT_A_MEMBER')
  const member = await memberHost(BEN, BEN_SHOWS)
  await member.dial(admin)
  expect(admin.membership.door.fault(ben.id)).toBeUndefined()
})
