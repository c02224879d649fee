import { expect, test } from 'vitest'
import { scopeOf } from '../../src/node/addresses.ts'
import { PRESETS } from '../../src/node/presets.ts'

test('loopback is heard by nobody else, and asks nobody', () => {
  const { listen, mdns } = PRESETS.loopback
  expect(listen.map(scopeOf)).toEqual(['loopback'])
  expect(mdns).toBe(false)
})

test('only a LAN is asked by multicast; strangers get the tightest limits', () => {
  expect([PRESETS.lan.mdns, PRESETS.internet.mdns]).toEqual([true, false])
  for (const limit of ['connectionsMax', 'inboundPerSecond', 'pendingMax'] as const) {
    expect(PRESETS.internet[limit]).toBeLessThan(PRESETS.lan[limit])
    expect(PRESETS.lan[limit]).toBeLessThan(PRESETS.loopback[limit])
  }
})

test('many peers behind one address cost their gossip only on the internet', () => {
  const weights = [PRESETS.loopback, PRESETS.lan, PRESETS.internet].map(
    (one) => one.colocationWeight
  )
  expect(weights.map(Math.sign)).toEqual([0, 0, -1])
})
