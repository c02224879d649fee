import { expect, test } from 'vitest'
import { findMember } from '../../../src/node/membership/find-member.ts'
import { sealSuccession } from '../../../src/protocol/membership/succession.ts'
import {
  asAda,
  BEN_SHOWS,
  ben,
  cat,
  credentialOf,
  eve,
  LAB,
  NOW,
  outBy,
  rosterOf
} from './people.ts'

test('a member is meant by id, by a beginning of it, or by name', () => {
  const roster = rosterOf({ member: BEN_SHOWS })
  for (const text of [ben.id, ben.id.slice(0, -4), ben.id.slice(8, 18), 'ben']) {
    expect(findMember(roster, text).member).toBe(ben.id)
  }
  expect(() => findMember(roster, 'bob')).toThrow(/no member/)
  expect(() => findMember(roster, ben.id.slice(8, 11))).toThrow(/no member/)
})

test('of two with one name the one that is still here is meant, and of two here neither', () => {
  const roster = rosterOf({ member: BEN_SHOWS }, { member: credentialOf(eve, 'ben') })
  expect(() => findMember(roster, 'ben')).toThrow(/several/)
  roster.learn(outBy(ben, asAda()))
  expect(findMember(roster, 'ben').member).toBe(eve.id)
  expect(findMember(roster, ben.id).member).toBe(ben.id)
})

test('whoever changed its key is found under the new one', () => {
  const succession = sealSuccession(LAB, NOW, { before: ben, after: cat })
  const roster = rosterOf({ member: { ...BEN_SHOWS, succession } })
  expect(findMember(roster, 'ben').member).toBe(cat.id)
})
