import { expect, test } from 'vitest'
import {
  isNetworkOf,
  isOwnedForm,
  nameOfNetwork,
  networkIdOf,
  OWNED_NAME_LENGTH_MAX
} from '../../../src/protocol/membership/network-id.ts'
import { NETWORK_NAME } from '../../../src/protocol/constants.ts'
import { codeOf } from '../samples.ts'
import { eve, LAB, owner } from './samples.ts'

test('an id is the name and the owner, and reads as the name', () => {
  expect(LAB).toMatch(/^lab\.[0-9a-f]{16}$/)
  expect(nameOfNetwork(LAB)).toBe('lab')
  expect(nameOfNetwork('home')).toBe('home')
  expect(networkIdOf('lab', eve.id)).not.toBe(LAB)
})

test('whose it is shows in the id', () => {
  expect(isNetworkOf(LAB, owner.id)).toBe(true)
  expect(isNetworkOf(LAB, eve.id)).toBe(false)
  expect(isNetworkOf('lab', owner.id)).toBe(false)
  expect([isOwnedForm(LAB), isOwnedForm('lab'), isOwnedForm('lab.4f1c')]).toEqual([
    ...[true, false, false]
  ])
})

test('the longest name still makes a network name', () => {
  const id = networkIdOf('a'.repeat(OWNED_NAME_LENGTH_MAX), owner.id)
  expect(id).toMatch(NETWORK_NAME)
  expect(id).toHaveLength(64)
})

test.each(['', 'Lab', '-lab', 'lab-', 'my lab', '../lab', 'a'.repeat(OWNED_NAME_LENGTH_MAX + 1)])(
  '"%s" is no name of a network',
  (name) => {
    expect(codeOf(() => networkIdOf(name, owner.id))).toBe('BAD_OPTION')
  }
)
