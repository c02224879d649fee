import { expect, test } from 'vitest'
import type { Facts } from '../../../src/node/membership/issue.ts'
import { redeem, renew, renewLate, sameCertificate } from '../../../src/node/membership/redeem.ts'
import { Roster } from '../../../src/node/membership/roster.ts'
import { openCredential } from '../../../src/protocol/membership/credential.ts'
import type { Credential } from '../../../src/protocol/membership/credential.ts'
import { ROLES } from '../../../src/protocol/membership/role.ts'
import { sealSuccession } from '../../../src/protocol/membership/succession.ts'
import { ada, ADA_SHOWS, asAda, asOwner, ben, BEN_SHOWS, cat, credentialOf } from './people.ts'
import { DAY_MS, eve, grantOf, LAB, linkBy, NOW, outBy, owner, rosterOf } from './people.ts'

const trust = { network: LAB, owner: owner.id, now: NOW }

/** Let somebody in, and remember it, as an admin does. */
function letIn(roster: Roster, link: string, who = ben, name = 'ben'): Credential {
  const given = redeem(grantOf(link, who, name), who.id, { roster, signer: asAda() })
  roster.learn({ member: given })
  return given
}

test('whoever redeems an invitation is a member with its roles', () => {
  const given = letIn(rosterOf(), linkBy(ada, { roles: ['submit', 'observe'] }))
  expect(openCredential(given, trust)).toMatchObject({
    ...{ member: ben.id, name: 'ben', by: ada.id, roles: ['submit', 'observe'], since: NOW }
  })
})

test('it lets in as many as it says; whoever asks again gets the same', () => {
  const roster = rosterOf()
  const link = linkBy(owner, { uses: 2 })
  const first = letIn(roster, link)
  expect(sameCertificate(letIn(roster, link), first)).toBe(true)
  letIn(roster, link, eve, 'eve')
  expect(() => letIn(roster, link, cat, 'cat')).toThrow(/used up: 2 of 2/)
})

test('a name is somebody’s: who comes later gets another one', () => {
  const roster = rosterOf({ member: BEN_SHOWS })
  const given = letIn(roster, linkBy(ada), eve, 'BEN')
  expect(openCredential(given, trust).name).toBe(`BEN-${eve.id.slice(-6)}`)
  const long = letIn(
    rosterOf({ member: credentialOf(cat, 'é'.repeat(63)) }),
    linkBy(ada),
    eve,
    'é'.repeat(63)
  )
  expect(openCredential(long, trust).name).toContain(eve.id.slice(-6))
})

test.each([
  ['that has expired', linkBy(ada, { expires: 1_000 }, NOW - 2_000), /expired/],
  ['by a member that is no admin', linkBy(ben), /no admin/],
  ['by an admin for an admin', linkBy(ada, { roles: ROLES }), /only the owner/],
  ['by somebody unknown', linkBy(cat), /no admin/]
])('an invitation %s lets nobody in', (_what, link, why) => {
  const roster = rosterOf({ member: BEN_SHOWS })
  expect(() => letIn(roster, link, eve, 'eve')).toThrow(why)
})

test('the grant of another is nobody’s own', () => {
  const grant = grantOf(linkBy(ada), ben)
  const by = { roster: rosterOf(), signer: asAda() }
  expect(() => redeem(grant, eve.id, by)).toThrow(/names another/)
})

test('the owner appoints an admin whom an admin lets in', () => {
  const given = letIn(rosterOf(), linkBy(owner, { roles: ROLES }), eve, 'eve')
  expect(openCredential(given, trust).roles).toContain('admin')
})

test('an invitation of an admin who was put out is void', () => {
  const second = letIn(rosterOf(), linkBy(owner, { roles: ROLES }), eve, 'eve')
  const roster = rosterOf({ member: second })
  expect(() => letIn(roster, linkBy(eve), ben)).not.toThrow()
  roster.learn(outBy(eve, asOwner()))
  expect(() => letIn(roster, linkBy(eve), cat, 'cat')).toThrow(/no admin/)
})

test('whoever was put out needs a newer invitation, and its old link is void for all', () => {
  const roster = rosterOf()
  const link = linkBy(ada, { uses: 9 }, NOW - 500)
  letIn(roster, link)
  roster.learn(outBy(ben, asAda(), { since: NOW }))
  expect(() => letIn(roster, link)).toThrow(/after this invitation was made/)
  // It may have kept the link, and come with another key.
  expect(() => letIn(roster, link, cat, 'cat')).toThrow(/was put out/)
  const again = letIn(roster, linkBy(ada, {}, NOW + 10))
  const known = openCredential(again, trust)
  expect(known.since).toBeGreaterThan(NOW)
  expect(roster.may(ben.id, 'submit')).toBe(true)
})

test('a renewal changes who signed and until when, and nothing else', () => {
  const roster = rosterOf({ member: BEN_SHOWS })
  const later = NOW + 8 * DAY_MS
  const there = new Roster({ network: LAB, owner: owner.id, now: () => later })
  for (const record of roster.without([])) there.learn(record)
  const given = renew(BEN_SHOWS, ben.id, { roster: there, signer: asAda(later) })
  const { body } = openCredential(given, { ...trust, now: later }).certificate
  const before = openCredential(BEN_SHOWS, trust).certificate.body
  const stays = ({ member, name, roles, since }: Facts): Facts => ({ member, name, roles, since })
  expect(stays(body)).toEqual(stays(before))
  expect(body.expires).toBeGreaterThan(before.expires)
})

test('what is still fresh is not renewed: the same comes back', () => {
  const roster = rosterOf({ member: BEN_SHOWS })
  const given = renew(BEN_SHOWS, ben.id, { roster, signer: asAda(NOW + 1) })
  expect(sameCertificate(given, BEN_SHOWS)).toBe(true)
})

test('nobody renews for others, nor for who was put out, nor an admin without the owner', () => {
  const roster = rosterOf({ member: BEN_SHOWS }, outBy(ben, asAda()))
  const by = { roster, signer: asAda() }
  expect(() => renew(BEN_SHOWS, eve.id, by)).toThrow(/another member/)
  expect(() => renew(BEN_SHOWS, ben.id, by)).toThrow(/put out/)
  const later = NOW + 300 * DAY_MS
  const old = new Roster({ network: LAB, owner: owner.id, now: () => later })
  expect(() => renew(ADA_SHOWS, ada.id, { roster: old, signer: asAda(later) })).toThrow(/owner/)
})

test('a changed key gets a certificate of its own', () => {
  const succession = sealSuccession(LAB, NOW, { before: ben, after: cat })
  const shown = { ...BEN_SHOWS, succession }
  const roster = rosterOf({ member: shown })
  const given = renew(shown, cat.id, { roster, signer: asAda() })
  expect(openCredential(given, trust)).toMatchObject({ member: cat.id, name: 'ben' })
  expect(given.succession).toBeUndefined()
})

test('who comes late is renewed for as long again as its certificate lasted, and no longer', () => {
  const hour = 60 * 60_000
  const shown = credentialOf(
    ben,
    'ben',
    { since: 0 },
    { ...asAda(NOW - 90 * 60_000), lifeMs: hour }
  )
  const roster = rosterOf({ member: shown })
  expect(() => renew(shown, ben.id, { roster, signer: asAda() })).toThrow(/expired/)
  const given = renewLate(shown, ben.id, { roster, signer: asAda() })
  expect(openCredential(given, trust)).toMatchObject({ member: ben.id, since: 0, issued: NOW })
  const old = { ...asAda(NOW - 3 * hour), lifeMs: hour }
  const gone = credentialOf(ben, 'ben', { since: 0 }, old)
  expect(() => renewLate(gone, ben.id, { roster, signer: asAda() })).toThrow(/expired/)
  expect(() => renewLate(shown, eve.id, { roster, signer: asAda() })).toThrow(/another member/)
  roster.learn(outBy(ben, asAda(), { since: 0 }))
  expect(() => renewLate(shown, ben.id, { roster, signer: asAda() })).toThrow(/put out/)
})
