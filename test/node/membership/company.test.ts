import { expect, test } from 'vitest'
import { MEMBER_PROTOCOL } from '../../../src/protocol/constants.ts'
import {
  ADA,
  ADA_SHOWS,
  asAda,
  BEN,
  BEN_SHOWS,
  ben,
  CAT,
  cat,
  credentialOf,
  eve
} from './people.ts'
import { outBy } from './people.ts'
import { memberHost } from './member-host.ts'

test('the side that dialled compares rosters; what it knows is known then', async () => {
  const [admin, member] = await Promise.all([
    memberHost(ADA, ADA_SHOWS),
    memberHost(BEN, BEN_SHOWS)
  ])
  admin.membership.book.take(outBy(eve, asAda()))
  await member.dial(admin)
  expect(member.membership.book.roster.revocations.latest(eve.id)).toBeDefined()
  expect(admin.membership.book.roster.of(ben.id)).toMatchObject({ name: 'ben' })
  expect(member.membership.company.admins()).toHaveLength(1)
  expect(admin.membership.company.admins()).toHaveLength(0)
})

test('who does not ask is asked', async () => {
  const [admin, member] = await Promise.all([
    memberHost(ADA, ADA_SHOWS),
    memberHost(BEN, BEN_SHOWS)
  ])
  member.membership.book.take(outBy(eve, asAda()))
  admin.host.addEventListener('connection:open', ({ detail }) => {
    void admin.membership.opened(detail)
  })
  // A peer that dials and then says nothing.
  member.membership.company.opened = () => Promise.resolve()
  await member.dial(admin)
  expect(admin.membership.book.roster.revocations.latest(eve.id)).toBeUndefined()
  await expect
    .poll(() => admin.membership.book.roster.revocations.latest(eve.id), { timeout: 5_000 })
    .toBeDefined()
})

test('one that is there answers, and hears of its twin; one that is gone is let go', async () => {
  const [admin, member] = await Promise.all([
    memberHost(ADA, ADA_SHOWS),
    memberHost(BEN, BEN_SHOWS)
  ])
  await member.dial(admin)
  expect(await admin.membership.company.isAlive(ben.id)).toBe(true)
  expect(member.membership.problems.list()).toMatchObject([{ code: 'DUPLICATE_ID' }])
  expect(await admin.membership.company.isAlive(cat.id)).toBe(false)
  // There, and silent: as a machine is that has lost its power.
  await member.host.unhandle(MEMBER_PROTOCOL)
  await member.host.handle(MEMBER_PROTOCOL, () => undefined)
  expect(await admin.membership.company.isAlive(ben.id)).toBe(false)
  expect(admin.cut.get(ben.id)?.code).toBe('PEER_LOST')
})

test('news reaches who is not connected to its source', async () => {
  const [admin, middle] = await Promise.all([
    memberHost(ADA, ADA_SHOWS),
    memberHost(BEN, BEN_SHOWS)
  ])
  const far = await memberHost(CAT, credentialOf(cat, 'cat'))
  await middle.dial(admin)
  await far.dial(middle)
  await admin.membership.publish(outBy(eve, asAda()))
  await expect.poll(() => far.membership.book.roster.revocations.latest(eve.id)).toBeDefined()
})
