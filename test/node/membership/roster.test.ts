import { expect, test } from 'vitest'
import { certify } from '../../../src/node/membership/issue.ts'
import { Roster } from '../../../src/node/membership/roster.ts'
import type { MemberRecord } from '../../../src/protocol/membership/exchange.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'
import { ROLES } from '../../../src/protocol/membership/role.ts'
import { sealSuccession } from '../../../src/protocol/membership/succession.ts'
import { ada, ADA_SHOWS, asAda, asOwner, ben, BEN_SHOWS, cat, credentialOf } from './people.ts'
import { DAY_MS, eve, grantOf, LAB, linkBy, NOW, outBy, owner, rosterOf } from './people.ts'

const faultOf = (roster: Roster, id: string): string | undefined => {
  const membership = roster.of(id)
  return membership === undefined ? 'unknown' : roster.fault(membership)?.code
}

test('whoever has a certificate may do what it says', () => {
  const roster = rosterOf({ member: BEN_SHOWS })
  expect(roster.may(ben.id, 'submit')).toBe(true)
  expect(roster.may(ben.id, 'admin')).toBe(false)
  expect(roster.may(ada.id, 'admin')).toBe(true)
  expect(roster.may(eve.id, 'submit')).toBe(false)
})

test('the newest certificate of a member counts, in whatever order they come', () => {
  const later = credentialOf(ben, 'ben', { roles: ['submit'] }, asAda(NOW + 10))
  const orders: MemberRecord[][] = [
    [{ member: BEN_SHOWS }, { member: later }],
    [{ member: later }, { member: BEN_SHOWS }]
  ]
  for (const order of orders) {
    const roster = rosterOf(...order)
    expect(roster.may(ben.id, 'execute')).toBe(false)
    expect(roster.ids()).toHaveLength(2)
  }
  const roster = rosterOf({ member: BEN_SHOWS })
  expect(roster.learn({ member: BEN_SHOWS })).toMatchObject({ news: false })
  expect(roster.learn({ member: later })).toMatchObject({ news: true, gone: [expect.anything()] })
})

test('a revocation counts, and a renewal by who has not heard of it changes nothing', () => {
  const roster = rosterOf({ member: BEN_SHOWS }, outBy(ben, asAda()))
  expect(faultOf(roster, ben.id)).toBe('MEMBERSHIP_REVOKED')
  roster.learn({ member: credentialOf(ben, 'ben', {}, asAda(NOW + 5_000)) })
  expect(faultOf(roster, ben.id)).toBe('MEMBERSHIP_REVOKED')
  // Whoever is let in again later is a member again.
  roster.learn({ member: credentialOf(ben, 'ben', { since: NOW + 1 }, asAda(NOW + 5_000)) })
  expect(faultOf(roster, ben.id)).toBeUndefined()
})

test('an admin puts out members, and only the owner an admin', () => {
  const word = linkBy(owner, { roles: ROLES })
  const grant = grantOf(word, eve)
  const admin = certify({ member: eve.id, name: 'eve', roles: ROLES, since: NOW, grant }, asAda())
  const roster = rosterOf({ member: admin }, outBy(eve, asAda()))
  expect(faultOf(roster, eve.id)).toBeUndefined()
  roster.learn(outBy(eve, asOwner()))
  expect(faultOf(roster, eve.id)).toBe('MEMBERSHIP_REVOKED')
})

test('whom a revoked admin let in is out with it, until another admin renews it', () => {
  const roster = rosterOf({ member: BEN_SHOWS }, outBy(ada, asOwner()))
  expect(faultOf(roster, ben.id)).toBe('NOT_A_MEMBER')
  roster.learn({ member: credentialOf(ben, 'ben', {}, asOwner(NOW + 1)) })
  expect(faultOf(roster, ben.id)).toBeUndefined()
  // What the revoked one still signs takes the place of nothing that holds.
  roster.learn({ member: credentialOf(ben, 'ben', {}, asAda(NOW + 9_000)) })
  expect(faultOf(roster, ben.id)).toBeUndefined()
})

test('what an admin signs after it was put out is void, whatever came first', () => {
  const late = outBy(ben, asAda(NOW + 10), { since: 0 })
  const first = rosterOf({ member: credentialOf(ben, 'ben', {}, asOwner()) }, late)
  expect(faultOf(first, ben.id)).toBe('MEMBERSHIP_REVOKED')
  first.learn(outBy(ada, asOwner(NOW + 5)))
  expect(faultOf(first, ben.id)).toBeUndefined()
  // What it had said before stays said.
  const early = outBy(ben, asAda(NOW + 1), { since: 0 })
  const other = rosterOf({ member: credentialOf(ben, 'ben', {}, asOwner()) }, early)
  other.learn(outBy(ada, asOwner(NOW + 5)))
  expect(faultOf(other, ben.id)).toBe('MEMBERSHIP_REVOKED')
})

test('a changed key is the member, and the old one nobody', () => {
  const succession = sealSuccession(LAB, NOW, { before: ben, after: eve })
  const roster = rosterOf({ member: BEN_SHOWS })
  expect(roster.learn({ member: { ...BEN_SHOWS, succession } })).toMatchObject({
    ...{ news: true, kind: 'moved' }
  })
  expect(faultOf(roster, ben.id)).toBe('NOT_A_MEMBER')
  expect(roster.of(eve.id)).toMatchObject({ member: eve.id, name: 'ben' })
  expect(faultOf(roster, eve.id)).toBeUndefined()
  // A thief with the old key cannot point it elsewhere now, nor have it renewed.
  const stolen = sealSuccession(LAB, NOW, { before: ben, after: cat })
  expect(roster.learn({ member: { ...BEN_SHOWS, succession: stolen } })).toMatchObject({
    news: false
  })
  roster.learn({ member: credentialOf(ben, 'ben', {}, asAda(NOW + 9)) })
  expect(faultOf(roster, ben.id)).toBe('NOT_A_MEMBER')
})

test('a revocation of the old key is one of the new key too', () => {
  const succession = sealSuccession(LAB, NOW, { before: ben, after: eve })
  const roster = rosterOf({ member: { ...BEN_SHOWS, succession } }, outBy(ben, asAda()))
  expect(faultOf(roster, eve.id)).toBe('MEMBERSHIP_REVOKED')
})

test('two rosters that tell each other what they lack are the same', () => {
  const one = rosterOf({ member: BEN_SHOWS }, outBy(eve, asAda(), { reason: 'x' }))
  const succession = sealSuccession(LAB, NOW, { before: ben, after: cat })
  const other = rosterOf({ member: { ...BEN_SHOWS, succession } })
  for (const record of one.without(other.ids())) other.learn(record)
  for (const record of other.with(other.ids())) one.learn(record)
  const sorted = (roster: Roster): string[] =>
    roster
      .ids()
      .map((id) => Buffer.from(id).toString('hex'))
      .toSorted()
  expect(sorted(one)).toEqual(sorted(other))
  expect(one.without(other.ids())).toEqual([])
  expect(faultOf(one, cat.id)).toBeUndefined()
})

test('who came by an invitation is counted once, under whatever id', () => {
  const invitation = new Uint8Array(32).fill(3)
  const shown = credentialOf(ben, 'ben', { invitation })
  const succession = sealSuccession(LAB, NOW, { before: ben, after: cat })
  const roster = rosterOf({ member: shown }, { member: { ...shown, succession } })
  roster.learn({ member: credentialOf(cat, 'ben', { invitation }, asAda(NOW + 1)) })
  expect([...roster.cameBy(invitation)]).toEqual([cat.id])
})

test('a full roster gives up who has expired long since, and nobody else', () => {
  let now = NOW
  const roster = new Roster({ network: LAB, owner: owner.id, now: () => now })
  roster.learn({ member: ADA_SHOWS })
  const signer = { ...asAda(), lifeMs: DAY_MS }
  for (let index = 1; index < 3_072; index++) {
    const seed = new Uint8Array(32)
    seed.set([index >> 8, index & 0xff, 1])
    const { id } = identityFromSeed(seed)
    roster.learn({
      member: certify({ member: id, name: 'x', roles: ['submit'], since: NOW }, signer)
    })
  }
  expect(() => roster.learn({ member: BEN_SHOWS })).toThrow(/full/)
  // Whoever is put out is put out, however full it is.
  expect(roster.learn(outBy(ben, asAda())).news).toBe(true)
  now += 2 * DAY_MS
  expect(roster.learn({ member: BEN_SHOWS }).news).toBe(true)
}, 30_000)

test('who changes its key to two at once, with two admins, is put out as both', () => {
  const [one, other] = [rosterOf({ member: BEN_SHOWS }), rosterOf({ member: BEN_SHOWS })]
  const twin = identityFromSeed(new Uint8Array(32).fill(77))
  const moved = (after: typeof cat): MemberRecord => {
    const succession = sealSuccession(LAB, NOW, { before: ben, after })
    return { member: { ...BEN_SHOWS, succession } }
  }
  // Each admin hears of one first, and makes a certificate of it.
  for (const record of [moved(cat), { member: credentialOf(cat, 'ben') }]) one.learn(record)
  for (const record of [moved(twin), { member: credentialOf(twin, 'ben') }]) other.learn(record)
  expect([faultOf(one, cat.id), faultOf(other, twin.id)]).toEqual([undefined, undefined])
  // Then they compare.
  for (const record of other.without(one.ids())) one.learn(record)
  for (const record of one.without(other.ids())) other.learn(record)
  expect([faultOf(one, twin.id), faultOf(other, cat.id)]).toEqual(['NOT_A_MEMBER', 'NOT_A_MEMBER'])
  const out = outBy(cat, asAda())
  for (const roster of [one, other]) {
    roster.learn(out)
    expect(faultOf(roster, cat.id)).toBe('MEMBERSHIP_REVOKED')
    expect(faultOf(roster, twin.id)).toBe('MEMBERSHIP_REVOKED')
  }
})

test('an admin that has put out all there is room for puts out no more, and lets none back', () => {
  let now = NOW
  const roster = new Roster({ network: LAB, owner: owner.id, now: () => now })
  roster.learn({ member: ADA_SHOWS })
  const first = outBy(ben, asAda())
  roster.learn({ member: BEN_SHOWS })
  roster.learn(first)
  const signer = asAda(NOW + 1)
  for (let index = 1; index < 1_024; index++) {
    const seed = new Uint8Array(32)
    seed.set([index >> 8, index & 0xff, 2])
    roster.learn(outBy(identityFromSeed(seed), signer))
  }
  expect(() => roster.learn(outBy(eve, asAda(NOW + 2)))).toThrow(/one too many/)
  expect(faultOf(roster, ben.id)).toBe('MEMBERSHIP_REVOKED')
  expect(roster.revocations.size).toBe(1_024)
  // The owner's word has room, and a certificate that nobody can renew makes some.
  expect(roster.learn(outBy(eve, asOwner(NOW + 2))).news).toBe(true)
  now += 60 * DAY_MS
  expect(roster.learn(outBy(cat, asAda(NOW + 3))).gone).toHaveLength(1)
  expect(roster.revocations.outOf(ben.id, NOW, false)).toBeUndefined()
}, 30_000)
