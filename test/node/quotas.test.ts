import { expect, test } from 'vitest'
import { PRESETS } from '../../src/node/presets.ts'
import { toQuotas } from '../../src/node/quota.ts'
import type { QuotasInit } from '../../src/node/quota.ts'
import { Quotas } from '../../src/node/quotas.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'
import type { Role } from '../../src/protocol/membership/role.ts'

const preset = PRESETS.loopback.quota

function open(init: QuotasInit) {
  const clock = { at: 0, elapsed: () => clock.at, chance: () => 0 }
  const roles = new Map<string, Role[]>()
  const has = (peer: string, role: Role): boolean => roles.get(peer)?.includes(role) ?? false
  return { clock, roles, quotas: new Quotas({ options: toQuotas(init, preset), has, clock }) }
}

function factsOf(ask: () => unknown): unknown {
  try {
    ask()
    return 'taken'
  } catch (error) {
    return error instanceof PeerworkError ? { code: error.code, ...error.facts } : error
  }
}

test('a peer may ask so often, and one that asks too often takes nothing from another', () => {
  const { quotas, clock } = open({ perSecond: 10, burst: 3 })
  const ask = (peer: string): unknown => factsOf(() => quotas.check(peer))
  expect([1, 2, 3].map(() => ask('a'))).toEqual(['taken', 'taken', 'taken'])
  const refused = { code: 'QUOTA_EXCEEDED', reason: 'rate', perSecond: 10 }
  expect(ask('a')).toEqual({ ...refused, retryAfterMs: 100 })
  expect(ask('b')).toBe('taken')
  clock.at = 100
  expect(ask('a')).toBe('taken')
  expect(ask('a')).toMatchObject(refused)
})

test('those that are refused are told to come one by one, and then find their tokens', () => {
  const { quotas, clock } = open({ perSecond: 10, burst: 1 })
  quotas.check('a')
  const waits = [1, 2, 3, 4].map(() => {
    const facts = factsOf(() => quotas.check('a')) as { retryAfterMs: number }
    return facts.retryAfterMs
  })
  expect(waits).toEqual([100, 200, 300, 400])
  for (const wait of waits) {
    clock.at = wait
    expect(factsOf(() => quotas.check('a'))).toBe('taken')
  }
})

test('nobody is told to wait for ever', () => {
  const { quotas } = open({ perSecond: 1, burst: 1 })
  const asked = Array.from({ length: 500 }, () => factsOf(() => quotas.check('a')))
  const last = asked.at(-1) as { retryAfterMs: number }
  expect(last.retryAfterMs).toBe(60_000)
})

test('a peer may have so many tasks and bytes here, until it has them back', () => {
  const { quotas, clock } = open({ inFlight: 2, bytes: 100 })
  const hold = (bytes: number) => factsOf(() => quotas.hold('a', bytes))
  const first = quotas.hold('a', 90)
  expect(hold(11)).toMatchObject({ code: 'QUOTA_EXCEEDED', reason: 'bytes', bytesMax: 100 })
  const second = quotas.hold('a', 10)
  expect(hold(0)).toEqual({
    ...{ code: 'QUOTA_EXCEEDED', reason: 'in-flight', inFlight: 2, retryAfterMs: 1_000 }
  })
  clock.at = 400
  second()
  quotas.hold('a', 0)
  // By now it is known how long tasks stay: with two of them, one leaves in half of that.
  expect(hold(0)).toMatchObject({ reason: 'in-flight', retryAfterMs: 200 })
  first()
  expect(hold(100)).not.toMatchObject({ code: 'QUOTA_EXCEEDED' })
})

test('all peers together hold no more than there is memory for', () => {
  const MIB = 1024 * 1024
  const { quotas } = open({ bytes: 128 * MIB })
  for (const peer of ['a', 'b', 'c']) quotas.hold(peer, 128 * MIB)
  expect(factsOf(() => quotas.hold('d', 1))).toMatchObject({ code: 'BUSY', reason: 'memory' })
})

test('a role that was given or taken counts soon', () => {
  const { quotas, roles, clock } = open({ share: 1, roles: { admin: { share: 5 } } })
  quotas.check('a')
  expect([quotas.shareOf('a'), quotas.shareOf('somebody')]).toEqual([1, 1])
  roles.set('a', ['admin'])
  quotas.check('a')
  expect(quotas.shareOf('a')).toBe(1)
  clock.at = 5_001
  quotas.check('a')
  expect(quotas.shareOf('a')).toBe(5)
})

test('a change counts at once, and gives nobody a second burst who has the same rate', () => {
  const { quotas } = open({ perSecond: 1, burst: 1 })
  quotas.check('a')
  quotas.change(toQuotas({ perSecond: 1, burst: 1, share: 9 }, preset))
  expect(quotas.shareOf('a')).toBe(9)
  expect(factsOf(() => quotas.check('a'))).toMatchObject({ reason: 'rate' })
  quotas.change(toQuotas({}, preset))
  expect(factsOf(() => quotas.check('a'))).toBe('taken')
})

test('what is kept of peers is bounded, and those with work here are kept', () => {
  const { quotas, clock } = open({ perSecond: 1, burst: 1, inFlight: 1 })
  quotas.hold('busy', 0)
  for (let n = 0; n < 5_000; n++) {
    clock.at = n / 1_000
    quotas.check(`peer ${n}`)
  }
  expect(factsOf(() => quotas.hold('busy', 0))).toMatchObject({ reason: 'in-flight' })
  // The one that asked longest ago was forgotten, the one that asked last was not.
  expect(factsOf(() => quotas.check('peer 0'))).toBe('taken')
  expect(factsOf(() => quotas.check('peer 4999'))).toMatchObject({ reason: 'rate' })
})
