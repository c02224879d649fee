import { expect, test } from 'vitest'
import { lockHome, shareHome } from '../../../src/node/membership/member-home.ts'
import { ADA, ADA_SHOWS, BEN, BEN_SHOWS, ben, memberHome, tempDir } from './people.ts'

test('one command at a time has a home for itself', () => {
  const home = tempDir()
  {
    using mine = lockHome(home)
    expect(mine.own).toBeUndefined()
    expect(() => lockHome(home)).toThrow(expect.objectContaining({ code: 'HOME_IN_USE' }))
  }
  using again = lockHome(home)
  expect(again.secret.identity.id).toMatch(/^12D3KooW/)
})

test('a wrong passphrase leaves the home as it was', () => {
  const home = tempDir()
  lockHome(home, 'right')[Symbol.dispose]()
  expect(() => lockHome(home, 'wrong')).toThrow(
    expect.objectContaining({ code: 'PASSPHRASE_WRONG' })
  )
  using place = lockHome(home, 'right')
  expect(place.own).toBeUndefined()
})

test('a member’s home is read beside its agent', () => {
  const home = memberHome(BEN, BEN_SHOWS)
  using agent = lockHome(home)
  using command = shareHome(home)
  expect(command.own.network).toBe(agent.own?.network)
  expect(command.roster.of(ben.id)).toMatchObject({ name: 'ben' })
  expect(command.secret().identity.id).toBe(ben.id)
})

test('a home that is in no network says so', () => {
  const home = tempDir()
  expect(() => shareHome(home)).toThrow(expect.objectContaining({ code: 'NOT_A_MEMBER' }))
  lockHome(home)[Symbol.dispose]()
  expect(() => shareHome(home)).toThrow(expect.objectContaining({ code: 'NOT_A_MEMBER' }))
  expect(() => shareHome(memberHome(ADA, ADA_SHOWS)).secret('x')).not.toThrow()
})
