import { expect, test } from 'vitest'
import { certify } from '../../../src/node/membership/issue.ts'
import { ADA, ADA_SHOWS, ada, asAda, asOwner, BEN, BEN_SHOWS, ben, CAT, cat } from './people.ts'
import { credentialOf, EVE, eve, facts, outBy } from './people.ts'
import { memberHost } from './member-host.ts'

test('whoever is put out is cut off by everybody who hears of it, and knows why', async () => {
  const shown = credentialOf(eve, 'eve')
  const [admin, member, gone] = await Promise.all([
    ...[memberHost(ADA, ADA_SHOWS), memberHost(BEN, BEN_SHOWS), memberHost(EVE, shown)]
  ])
  if (admin === undefined || member === undefined || gone === undefined) throw new Error('nobody')
  await Promise.all([member.dial(admin), gone.dial(admin)])
  await gone.dial(member)
  await admin.membership.publish(outBy(eve, asAda(), { reason: 'left' }))
  await expect.poll(() => member.cut.get(eve.id)?.code).toBe('MEMBERSHIP_REVOKED')
  expect(admin.cut.get(eve.id)?.message).toMatch(/left/)
  expect(gone.membership.ownFault()?.code).toBe('MEMBERSHIP_REVOKED')
  expect(gone.membership.mayWe('submit')).toBe(false)
  expect(member.membership.may(eve.id, 'submit')).toBe(false)
})

test('a certificate that ends ends the connection', async () => {
  const short = certify(facts(ben, 'ben'), { ...asAda(Date.now()), lifeMs: 700 })
  const admin = await memberHost(ADA, ADA_SHOWS)
  const member = await memberHost(BEN, short)
  // Nobody renews it.
  member.membership.company.admins = () => []
  await member.dial(admin)
  admin.membership.look()
  expect(admin.cut.size).toBe(0)
  await new Promise((resolve) => setTimeout(resolve, 750))
  admin.membership.look()
  expect(admin.cut.get(ben.id)?.code).toBe('MEMBERSHIP_EXPIRED')
})

test('a certificate renews itself from an admin that is there', async () => {
  const short = certify(facts(ben, 'ben'), { ...asAda(Date.now()), lifeMs: 2_000 })
  const admin = await memberHost(ADA, ADA_SHOWS, { lifeMs: 2_000 })
  const member = await memberHost(BEN, short)
  await member.dial(admin)
  const before = member.membership.book.membership?.expires ?? 0
  await expect
    .poll(() => member.membership.book.membership?.expires ?? 0, { timeout: 3_000 })
    .toBeGreaterThan(before)
  expect(admin.membership.book.roster.of(ben.id)?.expires).toBeGreaterThan(before)
})

test('a new admin’s word is taken at once; a put out one’s is worth nothing', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const member = await memberHost(BEN, BEN_SHOWS)
  await member.dial(admin)
  await admin.membership.publish(outBy(ada, asOwner()))
  expect(admin.membership.mayWe('admin')).toBe(false)
  await expect.poll(() => member.cut.get(ada.id)?.code).toBe('MEMBERSHIP_REVOKED')
  // Its own certificate rests on that admin's word.
  expect(member.membership.ownFault()?.code).toBe('NOT_A_MEMBER')
})

test('after a start sessions wait for a second opinion, when there can be one', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const member = await memberHost(BEN, BEN_SHOWS)
  await member.dial(admin)
  expect(member.membership.settled(ada.id)).toBeUndefined()
  member.membership.book.take({ member: credentialOf(cat, 'cat') })
  const wait = member.membership.settled(ada.id)
  expect(wait).toBeInstanceOf(Promise)
  const other = await memberHost(CAT, credentialOf(cat, 'cat'))
  await other.dial(member)
  await wait
  expect(member.membership.settled(ada.id)).toBeUndefined()
})

test('what a stranger says of us is no problem of ours; what a member says is', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const member = await memberHost(BEN, BEN_SHOWS)
  // Somebody at an address that was dialled; it need not show who it is to say no.
  const stranger = await memberHost(EVE)
  const no = { error: { code: 'MEMBERSHIP_REVOKED', message: 'join again, with my link' } } as const
  stranger.membership.gate.judge = () => Promise.resolve(no)
  await expect(member.dial(stranger)).rejects.toThrow(/my link/)
  expect(member.membership.problems.list()).toEqual([])
  admin.membership.gate.judge = () => Promise.resolve(no)
  await expect(member.dial(admin)).rejects.toThrow(/my link/)
  expect(member.membership.problems.list()).toMatchObject([{ code: 'MEMBERSHIP_REVOKED' }])
})

test('what one says at its door explains no dial of another', async () => {
  const member = await memberHost(BEN, BEN_SHOWS)
  const stranger = await memberHost(EVE)
  for (const message of ['', 'a', 'The']) {
    stranger.membership.gate.judge = () =>
      Promise.resolve({ error: { code: 'MEMBERSHIP_REVOKED', message } })
    const to = { address: stranger.address }
    await expect(member.dial(to)).rejects.toMatchObject({ code: 'MEMBERSHIP_REVOKED' })
    const nobody = { address: `/ip4/127.0.0.1/tcp/1/p2p/${cat.id}` }
    await expect(member.dial(nobody)).rejects.not.toHaveProperty('code', 'MEMBERSHIP_REVOKED')
    const unnamed = { address: '/ip4/127.0.0.1/tcp/1' }
    await expect(member.dial(unnamed)).rejects.not.toHaveProperty('code', 'MEMBERSHIP_REVOKED')
  }
})
