import { expect, test } from 'vitest'
import { CERTIFICATE_BYTES_MAX } from '../../../src/protocol/constants.ts'
import { openCredential } from '../../../src/protocol/membership/credential.ts'
import type { Credential } from '../../../src/protocol/membership/credential.ts'
import { ROLES } from '../../../src/protocol/membership/role.ts'
import { sealSuccession } from '../../../src/protocol/membership/succession.ts'
import { codeOf, mallory, NOW } from '../samples.ts'
import { ada, adminCertificate, ben, certificate, DAY_MS, eve, grantFor } from './samples.ts'
import { LAB, owner, trust } from './samples.ts'

const byAda: Credential = { certificate: certificate({}, ada), issuers: [adminCertificate()] }
/** Eve was invited as an admin by the owner, and let in by ada. */
const eveAsAdmin = (change: object = {}): Uint8Array =>
  adminCertificate(
    { member: eve.id, name: 'eve', grant: grantFor(eve.id, { roles: ROLES }), ...change },
    ada
  )

test('what the owner signed needs nobody else', () => {
  const shown = { certificate: certificate({}, owner) }
  expect(openCredential(shown, trust)).toMatchObject({
    ...{ member: ben.id, name: 'ben', by: owner.id, issuers: [], since: NOW },
    roles: ['submit', 'execute', 'observe']
  })
})

test('what an admin signed shows who made it an admin, and ends no later than that', () => {
  const opened = openCredential(byAda, trust)
  expect(opened).toMatchObject({
    member: ben.id,
    by: ada.id,
    issuers: [{ id: ada.id, since: NOW }]
  })
  const soon = adminCertificate({ expires: NOW + DAY_MS })
  expect(openCredential({ ...byAda, issuers: [soon] }, trust).expires).toBe(NOW + DAY_MS)
})

test('an admin that another admin let in on the owner’s word lets in others', () => {
  const shown = {
    certificate: certificate({}, eve),
    issuers: [eveAsAdmin(), adminCertificate()]
  }
  expect(openCredential(shown, trust).issuers.map(({ id }) => id)).toEqual([eve.id, ada.id])
})

const FORGED: Readonly<Record<string, Credential>> = {
  'signed by nobody in particular': { certificate: certificate({}, mallory) },
  'signed by its member': { certificate: certificate({ member: eve.id }, eve) },
  'that its member signed with an invitation of the owner': {
    certificate: certificate({ member: eve.id, grant: grantFor(eve.id) }, eve)
  },
  'that its member signed as an admin with an invitation of the owner': {
    certificate: adminCertificate(
      { member: eve.id, grant: grantFor(eve.id, { roles: ROLES }) },
      eve
    )
  },
  'of an admin that the owner did not appoint': {
    certificate: adminCertificate({ member: eve.id }, ada),
    issuers: [adminCertificate()]
  },
  'of an admin whom an admin invited': {
    certificate: adminCertificate(
      { member: eve.id, grant: grantFor(eve.id, { roles: ROLES }, ada) },
      ada
    ),
    issuers: [adminCertificate()]
  },
  'of an admin whom the owner invited as less': {
    certificate: adminCertificate({ member: eve.id, grant: grantFor(eve.id) }, ada),
    issuers: [adminCertificate()]
  },
  'of an admin with the grant of another': {
    certificate: adminCertificate(
      { member: eve.id, grant: grantFor(ben.id, { roles: ROLES }) },
      ada
    ),
    issuers: [adminCertificate()]
  },
  'signed by a member that is no admin': {
    certificate: certificate({ member: eve.id }, ben),
    issuers: [certificate({}, owner)]
  },
  'with the certificate of another admin': {
    certificate: certificate({ member: eve.id }, ben),
    issuers: [adminCertificate()]
  },
  'with a chain that ends nowhere': { certificate: certificate({}, eve), issuers: [eveAsAdmin()] },
  'with certificates that nothing rests on': {
    certificate: certificate({}, owner),
    issuers: [adminCertificate()]
  },
  'with a circle of admins': {
    certificate: certificate({}, eve),
    issuers: [
      adminCertificate({ member: eve.id, grant: grantFor(eve.id, { roles: ROLES }) }, eve),
      adminCertificate({ member: eve.id, grant: grantFor(eve.id, { roles: ROLES }) }, eve),
      adminCertificate({ member: eve.id, grant: grantFor(eve.id, { roles: ROLES }) }, eve)
    ]
  },
  'older than its membership': { certificate: certificate({ since: NOW + 1 }, owner) },
  'of another network': { certificate: certificate({ network: 'home' }, owner) }
}

test.each(Object.entries(FORGED))('a certificate %s is refused', (_what, shown) => {
  expect(codeOf(() => openCredential(shown, trust))).toBe('NOT_A_MEMBER')
})

test('what has expired admits nobody, and still says who was here', () => {
  const week = { issued: NOW - 9 * DAY_MS, since: NOW - 9 * DAY_MS }
  const over = certificate({ ...week, expires: NOW - DAY_MS }, ada)
  const shown = {
    certificate: over,
    issuers: [adminCertificate({ ...week, expires: NOW + DAY_MS })]
  }
  expect(codeOf(() => openCredential(shown, trust))).toBe('MEMBERSHIP_EXPIRED')
  const roster = openCredential(shown, { ...trust, evenExpired: true })
  expect(roster).toMatchObject({ name: 'ben', expires: NOW - DAY_MS })
  // A member's own may hold while that of its admin does not.
  const lapsed = adminCertificate({ ...week, expires: NOW - 1 })
  const rests = { certificate: certificate({}, ada), issuers: [lapsed] }
  expect(codeOf(() => openCredential(rests, trust))).toBe('MEMBERSHIP_EXPIRED')
})

test('a member shows its old certificate with its new key', () => {
  const succession = sealSuccession(LAB, NOW, { before: ben, after: eve })
  expect(openCredential({ ...byAda, succession }, trust)).toMatchObject({
    ...{ member: eve.id, name: 'ben' },
    succession: { before: ben.id, after: eve.id }
  })
  const stolen = sealSuccession(LAB, NOW, { before: mallory, after: eve })
  expect(codeOf(() => openCredential({ ...byAda, succession: stolen }, trust))).toBe('NOT_A_MEMBER')
})

test('one bit changed in any certificate is noticed', () => {
  const parts = [byAda.certificate, ...(byAda.issuers ?? [])]
  for (const [which, part] of parts.entries()) {
    for (let at = 0; at < part.length; at += 11) {
      const bytes = Uint8Array.from(part)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      const changed = parts.map((one, index) => (index === which ? bytes : one))
      const [certificate0 = bytes, ...issuers] = changed
      expect(() => openCredential({ certificate: certificate0, issuers }, trust)).toThrow()
    }
  }
})

test('a certificate over its cap is not looked into', () => {
  const shown = { certificate: new Uint8Array(CERTIFICATE_BYTES_MAX + 1) }
  expect(codeOf(() => openCredential(shown, trust))).toBe('TOO_LARGE')
})
