import { expect, test } from 'vitest'
import { openSuccession, sealSuccession } from '../../../src/protocol/membership/succession.ts'
import { codeOf, NOW } from '../samples.ts'
import { ben, eve, LAB, owner } from './samples.ts'

const at = { network: LAB, now: NOW }
const change = sealSuccession(LAB, NOW, { before: ben, after: eve })

test('both keys say that one follows the other', () => {
  const opened = openSuccession(change, at)
  expect(opened).toMatchObject({ before: ben.id, after: eve.id, issued: NOW })
  // The same change has the same id, whoever tells of it.
  expect(openSuccession(change, { ...at, now: NOW + 9 }).digest).toEqual(opened.digest)
})

const other = sealSuccession(LAB, NOW, { before: owner, after: eve })

test.each([
  ['whose old key never agreed', { before: other.before, after: change.after }],
  ['whose new key never agreed', { before: change.before, after: other.after }],
  ['that only the old key signed', { before: change.before, after: change.before }],
  ['that only the new key signed', { before: change.after, after: change.after }],
  ['with its halves exchanged', { before: change.after, after: change.before }],
  ['of a key to itself', sealSuccession(LAB, NOW, { before: ben, after: ben })]
])('a change %s is none', (_what, shown) => {
  expect(codeOf(() => openSuccession(shown, at))).toBe('SIGNATURE_INVALID')
})

test('a change of another network, or from tomorrow, is refused', () => {
  const away = sealSuccession('home', NOW, { before: ben, after: eve })
  expect(codeOf(() => openSuccession(away, at))).toBe('WRONG_NETWORK')
  const early = sealSuccession(LAB, NOW + 90_000, { before: ben, after: eve })
  expect(codeOf(() => openSuccession(early, at))).toBe('CLOCK_SKEW')
})
