import { expect, test } from 'vitest'
import { certify, OWNER_WORD_MS, revoke } from '../../../src/node/membership/issue.ts'
import { CERTIFICATE_LIFE_MS } from '../../../src/protocol/constants.ts'
import { openCredential } from '../../../src/protocol/membership/credential.ts'
import { openNotice } from '../../../src/protocol/membership/revocation.ts'
import { ROLES } from '../../../src/protocol/membership/role.ts'
import { sealSuccession } from '../../../src/protocol/membership/succession.ts'
import { ada, ADA_SHOWS, asAda, asOwner, BEN_SHOWS, ben, eve, facts } from './people.ts'
import { grantOf, LAB, linkBy, NOW, owner } from './people.ts'

const trust = { network: LAB, owner: owner.id, now: NOW }

test('an admin’s word lasts two weeks, the owner’s a year, and both hold', () => {
  expect(openCredential(BEN_SHOWS, trust)).toMatchObject({
    ...{ by: ada.id, expires: NOW + CERTIFICATE_LIFE_MS }
  })
  const byOwner = certify(facts(ben, 'ben'), asOwner())
  expect(openCredential(byOwner, trust)).toMatchObject({
    ...{ by: owner.id, issuers: [], expires: NOW + OWNER_WORD_MS }
  })
  const short = certify(facts(ben, 'ben'), { ...asAda(), lifeMs: 5_000 })
  expect(openCredential(short, trust).expires).toBe(NOW + 5_000)
})

test('a certificate is never older than the membership it is of', () => {
  const shown = certify(facts(ben, 'ben', { since: NOW + 30_000 }), asAda())
  expect(openCredential(shown, trust)).toMatchObject({ issued: NOW + 30_000, since: NOW + 30_000 })
})

test('a revocation is never earlier than what it ends, however wrong a clock is', () => {
  const notice = revoke({ id: ben.id, since: NOW + 30_000 }, 'x', asAda())
  expect(openNotice(notice, trust).revocation.body).toMatchObject({
    ...{ issued: NOW + 30_000, reason: 'x' }
  })
})

test('the chain to the owner has an end', () => {
  let shown = ADA_SHOWS
  let identity = ada
  const appoint = (): void => {
    const grant = grantOf(linkBy(owner, { roles: ROLES }), eve)
    shown = certify(facts(eve, 'eve', { roles: ROLES, grant }), {
      ...{ identity, network: LAB, credential: shown, now: NOW }
    })
    identity = eve
  }
  appoint()
  appoint()
  expect(openCredential(shown, trust).issuers).toHaveLength(2)
  expect(() => appoint()).not.toThrow()
  expect(() => appoint()).toThrow(/too many admins/)
})

test('an admin with a changed key signs nothing until that is confirmed', () => {
  const succession = sealSuccession(LAB, NOW, { before: ada, after: eve })
  const credential = { ...ADA_SHOWS, succession }
  const signer = { identity: eve, network: LAB, credential, now: NOW }
  expect(() => certify(facts(ben, 'ben'), signer)).toThrow(/changed its key/)
})
