import { expect, test } from 'vitest'
import { openGrant } from '../../../src/protocol/membership/invitation.ts'
import type { Grant } from '../../../src/protocol/membership/invitation.ts'
import { codeOf, NOW } from '../samples.ts'
import { ben, DAY_MS, eve, grantFor, invitation, LAB, redemption, ticket } from './samples.ts'

const at = { network: LAB, member: ben.id, now: NOW }

test('who has the key of an invitation says whom it lets in', () => {
  const opened = openGrant(grantFor(ben.id), at)
  expect(opened.invitation.body).toMatchObject({ key: ticket.id, uses: 1 })
  expect(opened.redemption.body).toMatchObject({ member: ben.id, name: 'ben' })
})

test('it stays proof of what was given after it has expired', () => {
  const grant = grantFor(ben.id, { issued: NOW - 9 * DAY_MS, expires: NOW - 8 * DAY_MS })
  expect(openGrant(grant, at).invitation.body.expires).toBeLessThan(NOW)
})

const GRANTS: Readonly<Record<string, Grant>> = {
  'redeemed for somebody else': grantFor(eve.id),
  'redeemed with another key': {
    invitation: invitation(),
    redemption: redemption({ member: ben.id }, eve)
  },
  'whose redemption claims the key, and has it not': {
    invitation: invitation(),
    redemption: redemption({ member: ben.id, from: ticket.id }, eve)
  },
  'of another network': grantFor(ben.id, { network: 'lab.0000000000000000' }),
  'that lives for two months': grantFor(ben.id, { expires: NOW + 60 * DAY_MS }),
  'for nobody at all': grantFor(ben.id, { uses: 0 }),
  'for everybody': grantFor(ben.id, { uses: 1_000_000 }),
  'from tomorrow': grantFor(ben.id, { issued: NOW + DAY_MS, expires: NOW + 2 * DAY_MS }),
  'with its halves exchanged': { invitation: redemption(), redemption: invitation() }
}

test.each(Object.entries(GRANTS))('a grant %s does not hold', (_what, grant) => {
  expect(codeOf(() => openGrant(grant, at))).toBe('INVITATION_INVALID')
})

test('a bit changed anywhere spoils it', () => {
  const grant = grantFor(ben.id)
  for (const half of ['invitation', 'redemption'] as const) {
    for (let at8 = 0; at8 < grant[half].length; at8 += 7) {
      const bytes = Uint8Array.from(grant[half])
      bytes[at8] = (bytes[at8] ?? 0) ^ 1
      expect(codeOf(() => openGrant({ ...grant, [half]: bytes }, at))).toBe('INVITATION_INVALID')
    }
  }
})
