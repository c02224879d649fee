import { expect, test } from 'vitest'
import { PRESENCE_BYTES_MAX, PRESENCE_LIFE_MS } from '../../../src/protocol/constants.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'
import { expectPresence } from '../../../src/protocol/message/presence.ts'
import type { Presence } from '../../../src/protocol/message/presence.ts'
import { open, seal } from '../../../src/protocol/seal.ts'

const NOW = 1_700_000_000_000
const [alice, bob] = [1, 2].map((seed) => identityFromSeed(new Uint8Array(32).fill(seed)))
const body = (more: Partial<Presence> = {}): Presence => ({
  ...{ v: 1, network: 'home', from: alice!.id, issued: NOW, expires: NOW + PRESENCE_LIFE_MS },
  ...{ name: 'alice', addresses: ['/ip4/10.0.0.1/tcp/4001'], skills: ['shout'], ...more }
})
const read = (bytes: Uint8Array, now = NOW, sender = alice!.id) =>
  open(bytes, expectPresence({ network: 'home', sender, now }))

test('a presence is read by whoever knows whose it is', () => {
  const opened = read(seal('presence', body(), alice!).bytes)
  expect(opened.ok && opened.sealed.body).toMatchObject({ name: 'alice', skills: ['shout'] })
})

test('of somebody else, of another network, expired, or of another kind it is none', () => {
  const good = seal('presence', body(), alice!).bytes
  expect(read(good, NOW, bob!.id).ok).toBe(false)
  expect(read(good, NOW + PRESENCE_LIFE_MS + 1).ok).toBe(false)
  expect(read(seal('presence', body({ network: 'away' }), alice!).bytes).ok).toBe(false)
  expect(read(seal('card', body(), alice!).bytes).ok).toBe(false)
  expect(read(seal('presence', body(), bob!).bytes).ok).toBe(false)
})

test('the largest one fits', () => {
  const addresses = Array.from({ length: 16 }, (_, n) => `/ip4/10.0.0.${n}/${'x'.repeat(200)}`)
  const skills = Array.from({ length: 64 }, (_, n) => `s${'x'.repeat(58)}-${n}`)
  const { bytes } = seal('presence', body({ addresses, skills }), alice!)
  expect(bytes.length).toBeLessThan(PRESENCE_BYTES_MAX)
  expect(read(bytes).ok).toBe(true)
})
