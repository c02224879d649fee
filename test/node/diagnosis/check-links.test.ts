import { expect, test } from 'vitest'
import { checkLinks } from '../../../src/node/diagnosis/check-links.ts'
import type { SupervisedLink } from '../../../src/node/diagnosis/link.ts'

const NOW = Date.UTC(2026, 0, 2, 12, 5, 0)
const link = (state: SupervisedLink['state'], more: Partial<SupervisedLink> = {}) => ({
  ...({ kind: 'bootstrap', address: '/ip4/10.0.0.1/tcp/4001', peer: null, state } as const),
  ...{ since: NOW - 120_000, error: state === 'down' ? 'the port is closed' : null },
  ...more
})

test('one that is down is told with since when and why', () => {
  expect(checkLinks('bootstrap', [link('down')], NOW)).toMatchObject({
    code: 'BOOTSTRAP',
    level: 'fail',
    why: '/ip4/10.0.0.1/tcp/4001 is down since 12:03:00 UTC (2 min): the port is closed',
    facts: { links: 1, up: 0, down: 1 }
  })
})

test('one of two that is down is a warning: the other still holds the network', () => {
  expect(checkLinks('bootstrap', [link('up'), link('down')], NOW).level).toBe('warn')
  expect(checkLinks('bootstrap', [link('up'), link('up')], NOW)).toMatchObject({
    level: 'pass',
    why: '2 of 2 up'
  })
})

test('a first attempt that is still under way is not a fault', () => {
  expect(checkLinks('bootstrap', [link('connecting')], NOW)).toMatchObject({
    level: 'pass',
    why: '1 connecting'
  })
})

test('what may be a network with members only comes with the way into it', () => {
  const error = 'what answers there is no agent, or one of a network with members only'
  const { hint } = checkLinks('bootstrap', [link('down', { error })], NOW)
  expect(hint).toMatch(/peerwork join/)
})

test('of one that refuses a put-out member nobody says that it is down', () => {
  const error = '12D3KooWbob was put out by 12D3KooWalice: laptop stolen'
  const { why, hint } = checkLinks('bootstrap', [link('down', { error })], NOW)
  expect(why).toMatch(/refuses this agent since .*: 12D3KooWbob was put out by/)
  expect(why).not.toContain('is down')
  expect(hint).toMatch(/^It runs, .* put this agent out/)
})

test('relays are told apart from bootstrap peers, and more than three are counted', () => {
  const relays = Array.from({ length: 5 }, () => link('down', { kind: 'relay' }))
  expect(checkLinks('bootstrap', relays, NOW)).toMatchObject({ level: 'pass', why: like(/none/) })
  expect(checkLinks('relay', relays, NOW)).toMatchObject({ code: 'RELAY', why: like(/; 2 more$/) })
})

/** A bare pattern inside `toMatchObject` would fit any text. */
function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}
