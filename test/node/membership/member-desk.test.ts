import { expect, test } from 'vitest'
import { encodeRecord } from '../../../src/node/membership/load-roster.ts'
import { MemberDesk } from '../../../src/node/membership/member-desk.ts'
import { parseJoinLink } from '../../../src/protocol/membership/join-link.ts'
import { sealSuccession } from '../../../src/protocol/membership/succession.ts'
import { ADA, ada, ADA_SHOWS, asAda, asOwner, BEN, BEN_SHOWS, ben, cat } from './people.ts'
import { certifyExpired, credentialOf, eve, LAB, NOW, outBy, owner } from './people.ts'
import { memberHost } from './member-host.ts'

test('everybody is on the list, and how it stands with them', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const desk = new MemberDesk(admin.membership)
  const { book } = admin.membership
  const succession = sealSuccession(LAB, NOW, { before: cat, after: eve })
  for (const record of [
    { member: BEN_SHOWS },
    outBy(ben, asAda(), { reason: 'left' }),
    { member: certifyExpired(cat, asAda()) },
    { member: { ...certifyExpired(cat, asAda()), succession } }
  ]) {
    book.take(record)
  }
  const lines = await desk.members()
  expect(lines.map(({ name, state }) => [name, state])).toEqual([
    ['ada', 'member'],
    ['late', 'expired'],
    ['ben', 'revoked']
  ])
  expect(lines[0]).toMatchObject({ id: ada.id, self: true, by: owner.id })
  // Whoever changed its key and has no certificate of its own yet goes by the new one.
  expect(lines[1]).toMatchObject({ id: eve.id })
  expect(lines[2]).toMatchObject({ reason: 'left', connected: false, lastSeen: null })
  book.take({ member: credentialOf(eve, 'late') })
  const moved = (await desk.members()).find(({ id }) => id === cat.id)
  expect(moved).toMatchObject({ state: 'moved', next: eve.id })
  expect(desk.info()).toMatchObject({ name: 'lab', members: 2, admins: 1, problems: [] })
})

test('who is connected was seen just now', async () => {
  const [admin, member] = await Promise.all([
    memberHost(ADA, ADA_SHOWS),
    memberHost(BEN, BEN_SHOWS)
  ])
  await member.dial(admin)
  const line = (await new MemberDesk(admin.membership).members()).find(({ id }) => id === ben.id)
  expect(line).toMatchObject({ connected: true })
  expect(line?.lastSeen).toBeGreaterThanOrEqual(NOW)
})

test('an admin invites with its own address, and puts out who is no admin', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const desk = new MemberDesk(admin.membership)
  const { link } = await desk.invite({ uses: 2 })
  expect(parseJoinLink(link).addresses).toEqual([admin.address])
  admin.membership.book.take({ member: BEN_SHOWS })
  expect(await desk.revoke('ben', 'left')).toEqual({ id: ben.id, name: 'ben', told: 0 })
  expect(admin.membership.book.roster.may(ben.id, 'submit')).toBe(false)
  await expect(desk.revoke('ada')).rejects.toMatchObject({ code: 'OWNER_KEY_NEEDED' })
  await expect(desk.revoke('zoe')).rejects.toMatchObject({ code: 'PEER_UNKNOWN' })
  await expect(desk.invite({ roles: ['admin'] })).rejects.toMatchObject({
    code: 'OWNER_KEY_NEEDED'
  })
})

test('a member that is no admin does neither, and takes the owner’s word', async () => {
  const member = await memberHost(BEN, BEN_SHOWS)
  const desk = new MemberDesk(member.membership)
  await expect(desk.invite({})).rejects.toMatchObject({ code: 'ROLE_MISSING' })
  await expect(desk.revoke('ada')).rejects.toMatchObject({ code: 'ROLE_MISSING' })
  const word = Buffer.from(encodeRecord(outBy(eve, asOwner()))).toString('base64')
  expect(await desk.announce(word)).toEqual({ told: 0 })
  expect(member.membership.book.roster.revocations.latest(eve.id)).toBeDefined()
  await expect(desk.announce('bm9uc2Vuc2U=')).rejects.toMatchObject({ code: 'MALFORMED' })
})

test('who was here a moment ago was seen a moment ago', async () => {
  const [admin, member] = await Promise.all([
    memberHost(ADA, ADA_SHOWS),
    memberHost(BEN, BEN_SHOWS)
  ])
  admin.host.addEventListener('connection:open', ({ detail }) => {
    void admin.membership.opened(detail)
  })
  const connection = await member.dial(admin)
  await connection.close()
  const line = async () =>
    (await new MemberDesk(admin.membership).members()).find(({ id }) => id === ben.id)
  await expect.poll(async () => (await line())?.connected).toBe(false)
  expect((await line())?.lastSeen).toBeGreaterThanOrEqual(NOW)
})
