import { expect, test } from 'vitest'
import { CERTIFICATE_LIFE_MS_MAX } from '../../../src/protocol/constants.ts'
import { expectCertificate } from '../../../src/protocol/membership/certificate.ts'
import { open, seal } from '../../../src/protocol/seal.ts'
import { NOW } from '../samples.ts'
import { ada, certificate, certificateBody, DAY_MS, grantFor, LAB } from './samples.ts'

const read = (bytes: Uint8Array, evenExpired = false) => {
  const opened = open(bytes, expectCertificate(LAB, NOW, evenExpired))
  return opened.ok ? opened.sealed.body : opened.error.code
}

test('a certificate says what was sealed', () => {
  const body = certificateBody({ invitation: new Uint8Array(32).fill(1), grant: grantFor(ada.id) })
  expect(read(seal('certificate', body, ada).bytes)).toEqual(body)
})

test('the largest one fits, with a grant and the longest of names', () => {
  const change = { name: '\u{1F600}'.length > 1 ? `x${'\u{20000}'.repeat(62)}` : '' }
  const bytes = certificate({ ...change, grant: grantFor(ada.id) }, ada)
  expect(read(bytes)).toMatchObject(change)
})

test('it lives as long as it says, and for nobody over a year', () => {
  const over = { issued: NOW - 2 * DAY_MS, since: NOW - 2 * DAY_MS, expires: NOW - DAY_MS }
  expect(read(certificate(over, ada))).toBe('EXPIRED')
  expect(read(certificate(over, ada), true)).toMatchObject({ name: 'ben' })
  expect(read(certificate({ expires: NOW + CERTIFICATE_LIFE_MS_MAX + 1 }, ada))).toBe('MALFORMED')
  expect(read(certificate({ issued: NOW + 61_000 }, ada))).toBe('CLOCK_SKEW')
})

test.each([
  ['of another network', { network: 'lab.0000000000000000' }, 'WRONG_NETWORK'],
  ['without roles', { roles: [] }, 'MALFORMED'],
  ['with a name that clears the screen', { name: '\u001b[2J' }, 'MALFORMED'],
  ['for somebody who is nobody', { member: 'ben' }, 'MALFORMED'],
  ['with half a digest', { invitation: new Uint8Array(16) }, 'MALFORMED'],
  ['with a field nobody knows', { king: true }, 'MALFORMED']
])('a certificate %s is refused', (_what, change, code) => {
  expect(read(certificate(change as object, ada))).toBe(code)
})
