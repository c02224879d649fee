import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { INVITATION_BYTES_MAX, JOIN_LINK_LENGTH_MAX } from '../../../src/protocol/constants.ts'
import {
  formatJoinLink,
  LINK_ADDRESSES_MAX,
  parseJoinLink
} from '../../../src/protocol/membership/join-link.ts'
import type { JoinLink } from '../../../src/protocol/membership/join-link.ts'
import { codeOf } from '../samples.ts'
import { ada, eve, invitation, LAB, owner, SECRET } from './samples.ts'

const address = `/ip4/192.168.1.20/tcp/4001/p2p/${ada.id}`
const link: JoinLink = {
  ...{ v: 1, network: LAB, owner: owner.id, secret: SECRET, invitation: invitation() },
  addresses: [address]
}

test('a link is read as it was written, with what a terminal adds around it', () => {
  const text = formatJoinLink(link)
  expect(text).toMatch(/^peerwork:join\/[\w-]+$/)
  expect(parseJoinLink(`  ${text}\n`)).toEqual(link)
})

test('a usual link fits a QR code, and the largest one is still read', () => {
  const full = { ...link, addresses: Array.from({ length: LINK_ADDRESSES_MAX }, () => address) }
  expect(formatJoinLink(full).length).toBeLessThan(JOIN_LINK_LENGTH_MAX)
  const largest = { ...link, invitation: new Uint8Array(INVITATION_BYTES_MAX) }
  expect(parseJoinLink(formatJoinLink(largest))).toEqual(largest)
})

test.each([
  ['another scheme', 'https://example.org/join'],
  ['a link cut short', formatJoinLink(link).slice(0, -9)],
  ['a link of another owner', formatJoinLink({ ...link, owner: eve.id })],
  ['a link to an open network', formatJoinLink({ ...link, network: 'home' })],
  ['a link of a later version', formatJoinLink({ ...link, v: 2 })],
  ['a link without an address', formatJoinLink({ ...link, addresses: [] })],
  ['a link as long as a book', `peerwork:join/${'A'.repeat(JOIN_LINK_LENGTH_MAX)}`]
])('%s is no invitation', (_what, text) => {
  expect(codeOf(() => parseJoinLink(text))).toBe('INVITATION_INVALID')
})

test('whatever text comes, it is a link or no invitation', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.boolean(), (text, prefixed) => {
      const given = prefixed ? `peerwork:join/${text}` : text
      expect(codeOf(() => parseJoinLink(given))).toBe('INVITATION_INVALID')
    })
  )
})
