import { expect, test } from 'vitest'
import { hashOf, keyId, newKey, newSecret, sameHash } from '../../../src/gateway/access/secret.ts'
import { systemClock } from '../../../src/node/clock.ts'

test('a key has an id in front and 256 bits behind it, and no two are alike', () => {
  const made = Array.from({ length: 100 }, () => newKey(systemClock.random))
  for (const { id, key } of made) {
    expect(key).toMatch(/^pwk_[0-9a-f]{12}_[\w-]{43}$/)
    expect(keyId(key)).toBe(id)
  }
  expect(new Set(made.map(({ key }) => key)).size).toBe(100)
  expect(Buffer.from(newSecret(systemClock.random), 'base64url')).toHaveLength(32)
})

test('anything else has no id', () => {
  const { key } = newKey(systemClock.random)
  const others = ['', 'pwk_', `${key} `, ` ${key}`, key.slice(1), `${key}x`, key.replace('_', '-')]
  for (const text of others) expect(keyId(text)).toBeUndefined()
})

test('hashes are compared whole', () => {
  expect(sameHash(hashOf('a'), hashOf('a'))).toBe(true)
  expect(sameHash(hashOf('a'), hashOf('b'))).toBe(false)
  expect(sameHash(hashOf('a'), hashOf('a').subarray(1))).toBe(false)
})
