import { expect, test } from 'vitest'
import { certify } from '../../../src/node/membership/issue.ts'
import { MemberDesk } from '../../../src/node/membership/member-desk.ts'
import { ROLES } from '../../../src/protocol/membership/role.ts'
import {
  ADA,
  ada,
  ADA_SHOWS,
  asAda,
  asOwner,
  BEN,
  BEN_SHOWS,
  ben,
  cat,
  EVE,
  eve
} from './people.ts'
import { facts, grantOf, linkBy, NOW, outBy, secretOf } from './people.ts'
import { memberHost } from './member-host.ts'

test('an admin lets in itself, and says where more of the network is', async () => {
  const { membership, address } = await memberHost(ADA, ADA_SHOWS)
  const grant = grantOf(linkBy(ada), cat, 'cat')
  const verdict = await membership.work.receive(grant, cat.id, membership.company)
  expect(verdict.addresses).toEqual([address])
  expect(membership.book.roster.of(cat.id)).toMatchObject({ name: 'cat' })
  expect(membership.work.signer().identity.id).toBe(ada.id)
})

test('a member that is no admin asks one that it is connected to', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const { membership, dial } = await memberHost(BEN, BEN_SHOWS)
  const grant = grantOf(linkBy(ada), cat, 'cat')
  const alone = membership.work.receive(grant, cat.id, membership.company)
  await expect(alone).rejects.toMatchObject({ code: 'NO_ADMIN' })
  await dial(admin)
  const verdict = await membership.work.receive(grant, cat.id, membership.company)
  expect(verdict.credential).toBeDefined()
  expect(admin.membership.book.roster.of(cat.id)).toMatchObject({ name: 'cat' })
  const used = membership.work.receive(grantOf(linkBy(ada), eve), cat.id, membership.company)
  await expect(used).rejects.toMatchObject({ code: 'INVITATION_INVALID' })
  expect(() => membership.work.signer()).toThrow(expect.objectContaining({ code: 'NO_ADMIN' }))
  expect(() => membership.work.letIn(grant)).toThrow(expect.objectContaining({ code: 'NO_ADMIN' }))
})

test('what an admin refuses is refused, whoever was asked', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const { membership, dial } = await memberHost(BEN, BEN_SHOWS)
  await dial(admin)
  const link = linkBy(ada)
  await membership.work.receive(grantOf(link, cat), cat.id, membership.company)
  const second = membership.work.receive(grantOf(link, eve), eve.id, membership.company)
  await expect(second).rejects.toMatchObject({ message: /used up/ })
})

test('no stranger makes a member bother admins, with a link or without', async () => {
  const admin = await memberHost(ADA, ADA_SHOWS)
  const { membership, dial } = await memberHost(BEN, BEN_SHOWS)
  await dial(admin)
  const { work, company } = membership
  let asked = 0
  const redeem = company.exchange.redeem.bind(company.exchange)
  company.exchange.redeem = async (...given) => {
    asked++
    return redeem(...given)
  }
  const forged = grantOf(linkBy(eve), eve)
  await expect(work.receive(forged, eve.id, company)).rejects.toMatchObject({
    code: 'NO_ADMIN',
    message: /knows no admin/
  })
  expect(asked).toBe(0)
  const link = linkBy(ada, { expires: 1 }, NOW - 1_000)
  const again = (): Promise<unknown> => work.receive(grantOf(link, eve), eve.id, company)
  const ended = await Promise.allSettled(Array.from({ length: 40 }, again))
  const codes = ended.map((one) => (one.status === 'rejected' ? one.reason.code : 'let in'))
  expect(codes).toContain('BUSY')
  expect(asked).toBeLessThan(30)
  const [connection] = company.connections()
  if (connection === undefined) expect.fail('the admin is gone')
  await company.exchange.sync(connection)
})

test('two admins that are asked at once let in one each for one use, and both say so', async () => {
  const one = await memberHost(ADA, ADA_SHOWS)
  const eveShows = certify(facts(eve, 'eve', { roles: ROLES }), asOwner())
  const other = await memberHost(EVE, eveShows)
  await one.dial(other)
  const link = linkBy(ada)
  const works = [one, other].map(({ membership }) => membership)
  works[0]!.work.letIn(grantOf(link, cat, 'cat'))
  works[1]!.work.letIn(grantOf(link, ben, 'ben'))
  // Each hears of the other's newcomer; from then on it is used up, and not twice over.
  for (const { work, problems } of works) {
    await expect
      .poll(() => work.overused())
      .toMatchObject([{ code: 'INVITATION_INVALID', facts: { used: 2, uses: 1 } }])
    expect(problems.list()).toEqual([])
  }
  for (const membership of works) {
    expect(new MemberDesk(membership).info().problems[0]?.message).toMatch(/2 came by/)
    const { identity } = secretOf(77)
    const third = (): unknown => membership.work.letIn(grantOf(link, identity))
    expect(third).toThrow(/used up/)
  }
  await works[0]!.publish(outBy(ben, asAda(NOW + 60_000), { since: NOW + 60_000 }))
  for (const { work } of works) await expect.poll(() => work.overused()).toEqual([])
})
