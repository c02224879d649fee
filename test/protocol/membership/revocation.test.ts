import { expect, test } from 'vitest'
import { openNotice } from '../../../src/protocol/membership/revocation.ts'
import type { Notice } from '../../../src/protocol/membership/revocation.ts'
import { isPrintable } from '../../../src/protocol/text.ts'
import { codeOf, NOW } from '../samples.ts'
import { ada, adminCertificate, ben, certificate, DAY_MS, eve, owner } from './samples.ts'
import { revocation, trust } from './samples.ts'

test('the owner puts out whom it wants', () => {
  const opened = openNotice({ revocation: revocation({ reason: 'left' }, owner) }, trust)
  expect(opened.revocation.body).toMatchObject({ member: ben.id, from: owner.id, reason: 'left' })
  expect(opened.issuers).toEqual([])
})

test('an admin shows that it is one, and it counts after its time too', () => {
  const issuers = [
    adminCertificate({ issued: NOW - 9 * DAY_MS, since: NOW - 9 * DAY_MS, expires: NOW - DAY_MS })
  ]
  const { revocation: opened, issuers: by } = openNotice(
    { revocation: revocation(), issuers },
    trust
  )
  expect(opened.body).toMatchObject({ member: ben.id, from: ada.id })
  expect(by).toEqual([{ id: ada.id, since: NOW - 9 * DAY_MS }])
})

const NOTICES: Readonly<Record<string, Notice>> = {
  'of an admin that does not show it': { revocation: revocation() },
  'of a member that is no admin': {
    revocation: revocation({ member: ada.id }, ben),
    issuers: [certificate({}, owner)]
  },
  'with the certificate of another': {
    revocation: revocation({}, eve),
    issuers: [adminCertificate()]
  },
  'of an admin whom nobody appointed': {
    revocation: revocation({}, eve),
    issuers: [adminCertificate({ member: eve.id }, eve)]
  }
}

test.each(Object.entries(NOTICES))('a revocation %s is refused', (_what, shown) => {
  expect(codeOf(() => openNotice(shown, trust))).toBe('NOT_A_MEMBER')
})

test('a revocation from tomorrow is refused: it could never be undone', () => {
  const shown = { revocation: revocation({ issued: NOW + 61_000 }, owner) }
  expect(codeOf(() => openNotice(shown, trust))).toBe('CLOCK_SKEW')
})

test('a reason becomes one printable line', () => {
  const shown = { revocation: revocation({ reason: 'a\u001b[2Jb\nc' }, owner) }
  expect(isPrintable(openNotice(shown, trust).revocation.body.reason ?? '\n')).toBe(true)
})
