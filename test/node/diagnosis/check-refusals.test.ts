import { expect, test } from 'vitest'
import type { ErrorCode } from '../../../src/protocol/errors.ts'
import { checkRefusals } from '../../../src/node/diagnosis/check-refusals.ts'

const refusal = (code: ErrorCode, by: 'us' | 'them' = 'us', peer = 'p') => {
  return { peer, code, why: `why ${code}`, by, at: 0 }
}
const around = { refusals: [], network: 'lab', version: '1.0.0', peers: [] }
const one = [{ name: 'bob', version: '1.0.0' }]
const codes = (found: ReturnType<typeof checkRefusals>) =>
  Object.fromEntries(found.map(({ code, level }) => [code, level]))

test('without refusals all is well', () => {
  const fine = { NETWORK: 'pass', MEMBERSHIP: 'pass', VERSION: 'pass' }
  expect(codes(checkRefusals(around))).toEqual(fine)
})

test('a stranger of another network explains why one is alone, and is a remark otherwise', () => {
  const refusals = [refusal('WRONG_NETWORK')]
  expect(codes(checkRefusals({ ...around, refusals }))['NETWORK']).toBe('fail')
  const [network] = checkRefusals({ ...around, refusals, peers: one })
  expect(network).toMatchObject({
    level: 'warn',
    why: 'one peer of another network: why WRONG_NETWORK'
  })
})

test('that we are no member is our trouble; that others are none is how it should be', () => {
  const them = checkRefusals({ ...around, refusals: [refusal('NOT_A_MEMBER', 'them')] })[1]
  expect(them).toMatchObject({ code: 'MEMBERSHIP', level: 'fail', why: like(/refused by/) })
  const us = checkRefusals({ ...around, refusals: [refusal('NOT_A_MEMBER', 'us')] })[1]
  expect(us).toMatchObject({ code: 'MEMBERSHIP', level: 'pass', why: like(/one peer without it/) })
})

test('the hint is the one of what was said', () => {
  const [, found] = checkRefusals({
    ...around,
    refusals: [refusal('MEMBERSHIP_REVOKED', 'them')]
  })
  expect(found?.hint).toMatch(/An admin put this agent out/)
})

test('what is wrong with the own membership is told with the hint of its code', () => {
  const problems = [{ code: 'MEMBERSHIP_EXPIRED', message: 'it ended an hour ago' } as const]
  const membership = { name: 'lab', expires: 1, problems }
  expect(checkRefusals({ ...around, membership })[1]).toMatchObject({
    level: 'fail',
    why: 'in "lab": it ended an hour ago',
    hint: expect.stringContaining('admin') as unknown
  })
  const fine = { ...membership, problems: [] }
  expect(checkRefusals({ ...around, membership: fine })[1]).toMatchObject({
    level: 'pass',
    why: 'member of "lab"'
  })
})

test('another version that is understood is only told; one that is not is a fault', () => {
  const peers = [...one, { name: 'old', version: '0.9.0' }]
  const [, , told] = checkRefusals({ ...around, peers })
  expect(told).toMatchObject({
    level: 'pass',
    why: 'this agent runs 1.0.0; old runs 0.9.0',
    facts: { other: '0.9.0' }
  })
  const refusals = [refusal('UNSUPPORTED_VERSION')]
  expect(codes(checkRefusals({ ...around, refusals }))['VERSION']).toBe('fail')
})

/** A bare pattern inside `toMatchObject` would fit any text. */
function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}
