import { expect, test } from 'vitest'
import { holdsMembership } from '../../../src/node/membership/members-file.ts'
import { MemberStore } from '../../../src/node/membership/store.ts'
import { tempDir } from './people.ts'

test('a home tells at a glance whether it may be a member', () => {
  const home = tempDir()
  expect(holdsMembership(home)).toBe(false)
  new MemberStore(home)[Symbol.dispose]()
  expect(holdsMembership(home)).toBe(true)
})
