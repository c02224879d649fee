import { expect, test } from 'vitest'
import { checkDuplicate } from '../../../src/node/diagnosis/check-duplicate.ts'

const MINUTE = 60_000

test('a copy is named with its place, as long as it is seen', () => {
  const copy = { where: 'announced at /ip4/10.0.0.9/tcp/1', at: 10 * MINUTE }
  expect(checkDuplicate(copy, 'me', 11 * MINUTE)).toMatchObject({
    level: 'fail',
    why: expect.stringContaining('/ip4/10.0.0.9/tcp/1, last seen since') as unknown,
    hint: expect.stringContaining('--home') as unknown
  })
  expect(checkDuplicate(copy, 'me', 21 * MINUTE).level).toBe('pass')
  expect(checkDuplicate(undefined, 'me', 0).level).toBe('pass')
})

test('two others with one id are a warning', () => {
  expect(checkDuplicate(undefined, 'me', 0, ['two agents run with the key of bob'])).toMatchObject({
    level: 'warn',
    why: 'not this one, but two agents run with the key of bob'
  })
})
