import { expect, test } from 'vitest'
import { PRESETS } from '../../src/node/presets.ts'
import { quotaOf, toQuotas } from '../../src/node/quota.ts'
import type { QuotasInit } from '../../src/node/quota.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'

const { id: bob } = identityFromSeed(new Uint8Array(32).fill(1))
const lan = PRESETS.lan.quota
const nobody = (): boolean => false

test.each(['loopback', 'lan', 'internet'] as const)('%s is a complete quota by itself', (name) => {
  const { quota } = PRESETS[name]
  expect(quotaOf(toQuotas({}, quota), bob, nobody)).toEqual(quota)
})

test('what is said for all, for a role and for a peer comes in this order', () => {
  const options = toQuotas(
    {
      ...{ inFlight: 10, share: 1 },
      roles: { admin: { inFlight: 20, share: 3 }, observe: { inFlight: 30, bytes: 5 } },
      peers: { [bob]: { share: 7 } }
    },
    lan
  )
  expect(quotaOf(options, 'carol', nobody)).toEqual({ ...lan, inFlight: 10 })
  const both = quotaOf(options, 'carol', (role) => role === 'admin' || role === 'observe')
  expect(both).toEqual({ ...lan, inFlight: 30, share: 3, bytes: 5 })
  expect(quotaOf(options, bob, () => true)).toMatchObject({ inFlight: 30, share: 7 })
})

test('a rate without a burst lets in two seconds at once', () => {
  const burst = (init: QuotasInit): number => toQuotas(init, lan).all.burst
  expect(burst({ perSecond: 5 })).toBe(10)
  expect(burst({ perSecond: 0.1 })).toBe(1)
  expect(burst({ perSecond: 5, burst: 3 })).toBe(3)
  expect(burst({ inFlight: 5 })).toBe(lan.burst)
})

test.each([
  ['perSecond: 0', { perSecond: 0 }],
  ['perSecond: NaN', { perSecond: NaN }],
  ['burst: 0', { burst: 0 }],
  ['inFlight: 5', { inFlight: '5' }],
  ['share: 101', { roles: { admin: { share: 101 } } }],
  ['"bob" is no peer id', { peers: { bob: { share: 1 } } }],
  ['"owner" is no role', { roles: { owner: { share: 1 } } }],
  ['there is no limit named "rate"', { rate: 5 }]
])('says that %s cannot be', (words, init) => {
  expect(() => toQuotas(init as QuotasInit, lan)).toThrow(
    expect.objectContaining({
      code: 'BAD_OPTION',
      message: expect.stringContaining(`quotas: ${words}`) as string
    })
  )
})
