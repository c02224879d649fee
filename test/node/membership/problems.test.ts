import { expect, test } from 'vitest'
import { Problems, twinsOf } from '../../../src/node/membership/problems.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'

const refusal = (peer: string) => new PeerworkError('NOT_A_MEMBER', 'who?', { peer })

test('each is told once, the newest first, and forgotten when nobody says it any more', () => {
  let now = 0
  const problems = new Problems(() => now)
  expect(problems.add(refusal('a'))).toBe(true)
  expect(problems.add(twinsOf('b'))).toBe(true)
  now = 60_000
  expect(problems.add(refusal('a'))).toBe(false)
  expect(problems.list().map(({ code }) => code)).toEqual(['NOT_A_MEMBER', 'DUPLICATE_ID'])
  now = 5 * 60_000 + 1
  expect(problems.list().map(({ code }) => code)).toEqual(['NOT_A_MEMBER'])
})

test('however many complain, few are kept', () => {
  const problems = new Problems(() => 0)
  for (let peer = 0; peer < 500; peer++) problems.add(refusal(`peer ${peer}`))
  expect(problems.list().length).toBeLessThanOrEqual(32)
  expect(problems.list()[0]?.facts['peer']).toBe('peer 499')
})
