import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  inOrder,
  isRole,
  ROLES,
  roles,
  USUAL_ROLES
} from '../../../src/protocol/membership/role.ts'

const reads = (value: unknown): boolean => roles.safeParse(value).success

test('one set of roles has one form, whatever order it was given in', () => {
  const some = fc.array(fc.constantFrom(...ROLES), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(some, (given) => {
      const ordered = inOrder(given)
      expect(reads(ordered)).toBe(true)
      expect(new Set(ordered)).toEqual(new Set(given))
      // Nobody else may say the same in another way: it would be another certificate.
      if (given.join() !== ordered.join()) expect(reads(given)).toBe(false)
    })
  )
})

test.each([
  ['none', []],
  ['one twice', ['submit', 'submit']],
  ['an unknown one', ['submit', 'fly']],
  ['an inherited one', ['toString']],
  ['too many', [...ROLES, 'submit']],
  ['a text', 'admin'],
  ['holes', Array.from({ length: 2 })]
])('%s is no set of roles', (_what, value) => {
  expect(reads(value)).toBe(false)
})

test('what is usual gives no power over others', () => {
  expect(reads(USUAL_ROLES)).toBe(true)
  expect(USUAL_ROLES).not.toContain('admin')
  expect(isRole('admin')).toBe(true)
  expect(isRole('owner')).toBe(false)
})
