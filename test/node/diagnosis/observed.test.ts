import { expect, test } from 'vitest'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { Counters } from '../../../src/node/counters.ts'
import { Observed } from '../../../src/node/diagnosis/observed.ts'

const MINUTE = 60_000

function watch() {
  let elapsed = 0
  const counters = new Counters()
  const clock = { now: () => 1_000_000, elapsed: () => elapsed }
  const pass = (ms: number) => void (elapsed += ms)
  return { seen: new Observed(clock, counters), counters, pass }
}

test('the newest reading of each clock counts, for a few minutes', () => {
  const { seen, pass } = watch()
  seen.clockOf('a', 'alice', 1_000_000 + 5_000)
  seen.clockOf('a', 'alice', 1_000_000 - 7_000)
  expect(seen.clocks).toMatchObject([{ peer: 'a', name: 'alice', aheadMs: -7_000 }])
  pass(7 * MINUTE)
  expect(seen.clocks).toEqual([])
})

test.for([
  ['CLOCK_SKEW', { aheadMs: 180_000 }, 180_000],
  ['CLOCK_SKEW', { behindMs: 180_000 }, -180_000],
  ['MEMBERSHIP_EXPIRED', { aheadMs: 400_000 }, 400_000],
  ['EXPIRED', { lateMs: 60_000 }, -660_000]
] as const)('a refusal by us for %s %j tells of the other clock', ([code, facts, aheadMs]) => {
  const { seen } = watch()
  seen.refused('a', new PeerworkError(code, 'x', facts), 'us')
  expect(seen.clocks).toMatchObject([{ peer: 'a', name: null, aheadMs }])
})

test('what they say of our clock is what theirs is not', () => {
  const { seen } = watch()
  seen.refused('a', new PeerworkError('CLOCK_SKEW', 'x', { aheadMs: 90_000 }), 'them')
  expect(seen.clocks).toMatchObject([{ aheadMs: -90_000 }])
})

test('a dial that ended with our own refusal is not told as theirs', () => {
  const { seen } = watch()
  const ours = new PeerworkError('NOT_A_MEMBER', 'no certificate was shown')
  seen.refused('a', ours, 'us')
  seen.refusedAtDial('a', ours)
  seen.refusedAtDial('b', ours)
  expect(seen.refusals.map(({ peer, by }) => `${peer} ${by}`)).toEqual(['a us', 'b them'])
})

test('refusals are counted, kept for a while, and forgotten when the peer fits after all', () => {
  const { seen, counters, pass } = watch()
  const error = new PeerworkError('WRONG_NETWORK', 'meant for "other"')
  seen.refused('a', error, 'us')
  seen.refused('a', error, 'us')
  seen.refused('b', error, 'them')
  expect(seen.refusals.map(({ peer, by }) => `${peer} ${by}`)).toEqual(['a us', 'b them'])
  expect(counters.samples('peers_refused')).toMatchObject([{ value: 2 }, { value: 1 }])
  seen.accepted('a')
  expect(seen.refusals.map(({ peer }) => peer)).toEqual(['b'])
  pass(16 * MINUTE)
  expect(seen.refusals).toEqual([])
})

test('ids cost nothing, so the tables are bounded', () => {
  const { seen } = watch()
  for (let n = 0; n < 2_000; n++) {
    seen.clockOf(`peer ${n}`, null, 0)
    seen.refused(`peer ${n}`, new PeerworkError('BUSY', 'x'), 'us')
  }
  expect([seen.clocks.length, seen.refusals.length]).toEqual([256, 256])
  expect(seen.clocks.at(-1)?.peer).toBe('peer 1999')
})

test('a copy and announcements are remembered', () => {
  const { seen } = watch()
  expect([seen.copy, seen.announcements]).toEqual([undefined, 0])
  seen.duplicate('announced at /ip4/10.0.0.9/tcp/1')
  seen.announced()
  expect(seen.copy).toEqual({ where: 'announced at /ip4/10.0.0.9/tcp/1', at: 1_000_000 })
  expect(seen.announcements).toBe(1)
})
