import { expect, test } from 'vitest'
import { findAmong } from '../../../src/cli/membership/find.ts'
import { ALICE, BOB, MEMBER } from '../../node/control-double.ts'

const bob = MEMBER
const alice = { ...MEMBER, id: ALICE, name: 'alice' }

test('a member is meant by id, by the beginning of one, or by name', () => {
  for (const text of [BOB, BOB.slice(0, 16), BOB.slice(8, 16), 'bob']) {
    expect(findAmong([alice, bob], text)).toBe(bob)
  }
})

test('of two with one name, whoever still is a member is meant', () => {
  const gone = { ...alice, name: 'bob', state: 'revoked' } as const
  expect(findAmong([gone, bob], 'bob')).toBe(bob)
  expect(findAmong([gone], 'bob')).toBe(gone)
})

test('who is not there, and who is, is told', () => {
  const unknown = { code: 'PEER_UNKNOWN', message: /"eve"; there are alice, bob$/ }
  expect(() => findAmong([alice, bob], 'eve')).toThrow(
    expect.objectContaining({ code: 'PEER_UNKNOWN' })
  )
  try {
    findAmong([alice, bob], 'eve')
  } catch (error) {
    expect(error).toMatchObject({ code: unknown.code })
    expect((error as Error).message).toMatch(unknown.message)
  }
  const twins = [alice, { ...bob, name: 'alice' }]
  expect(() => findAmong(twins, 'alice')).toThrow(/several members match "alice": 12D3KooW/)
})
