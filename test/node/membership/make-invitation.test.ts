import { expect, test } from 'vitest'
import { makeInvitation, redemptionOf } from '../../../src/node/membership/make-invitation.ts'
import { systemClock } from '../../../src/node/clock.ts'
import { openGrant } from '../../../src/protocol/membership/invitation.ts'
import { parseJoinLink } from '../../../src/protocol/membership/join-link.ts'
import { ada, ben, DAY_MS, LAB, NOW, owner } from './people.ts'

const inviter = {
  ...{ identity: ada, network: LAB, owner: owner.id },
  clock: { now: () => NOW, random: systemClock.random }
}
const at = (ip: string): string => `/ip4/${ip}/tcp/4001/p2p/${ada.id}`

test('a link says whom to trust and whom to ask, and its key lets in who holds it', () => {
  const made = makeInvitation({ uses: 3, expires: '2d', addresses: [at('10.0.0.1')] }, inviter)
  expect(made).toMatchObject({ network: LAB, uses: 3, expires: NOW + 2 * DAY_MS })
  const link = parseJoinLink(made.link)
  expect(link).toMatchObject({ owner: owner.id, addresses: [at('10.0.0.1')] })
  const grant = redemptionOf(link, { member: ben.id, name: 'ben', now: NOW })
  const opened = openGrant(grant, { network: LAB, member: ben.id, now: NOW })
  expect(opened.invitation.body).toMatchObject({ from: ada.id, uses: 3 })
})

test('it is for one, for a day, and without power over others, unless more is said', () => {
  const made = makeInvitation({ addresses: [at('10.0.0.1')] }, inviter)
  expect(made).toMatchObject({ uses: 1, expires: NOW + DAY_MS })
  expect(made.roles).toEqual(['submit', 'execute', 'observe'])
})

test('the address of this machine comes last: elsewhere it is another one', () => {
  const addresses = [
    at('127.0.0.1'),
    ...Array.from({ length: 9 }, (_, host) => at(`10.0.0.${host}`))
  ]
  const made = makeInvitation({ addresses }, inviter)
  expect(made.addresses).toHaveLength(6)
  expect(made.addresses).not.toContain(at('127.0.0.1'))
  expect(makeInvitation({ addresses: [at('127.0.0.1')] }, inviter).addresses).toHaveLength(1)
})

test.each([
  ['no roles', { roles: [] }],
  ['roles there are not', { roles: ['king' as 'admin'] }],
  ['no uses', { uses: 0 }],
  ['too many uses', { uses: 1_001 }],
  ['half a use', { uses: 0.5 }],
  ['a life of two months', { expires: '60d' }],
  ['no life', { expires: 0 }],
  ['no address', { addresses: [] }],
  ['an address of nobody', { addresses: ['/ip4/10.0.0.1/tcp/4001'] }]
])('%s: no invitation', (_what, change) => {
  const options = { addresses: [at('10.0.0.1')], ...change }
  expect(() => makeInvitation(options, inviter)).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION' })
  )
})
