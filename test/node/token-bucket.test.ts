import { expect, test } from 'vitest'
import { TokenBucket } from '../../src/node/token-bucket.ts'

let now = 0
const made = (): TokenBucket => {
  now = 0
  return new TokenBucket({ burst: 3, perSecond: 2 }, () => now)
}

test('a burst at once, and then only what comes in', () => {
  const bucket = made()
  expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([0, 0, 0, undefined])
  now = 500
  expect([bucket.take(), bucket.take()]).toEqual([0, undefined])
  now = 60_000
  expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([0, 0, 0, undefined])
})

test('who may wait is told how long, and keeps the place', () => {
  const bucket = made()
  expect(bucket.take(2, 1_000)).toBe(0)
  expect(bucket.take(2, 1_000)).toBe(500)
  expect(bucket.take(1, 1_000)).toBe(1_000)
  // What cannot be had in time takes nothing from those who come after it.
  expect(bucket.take(1, 1_000)).toBeUndefined()
  now = 500
  expect(bucket.take(1, 1_000)).toBe(1_000)
})

test('it tells when tokens will be there, and takes none for that', () => {
  const bucket = made()
  expect([bucket.dueMs(3), bucket.dueMs(4)]).toEqual([0, 500])
  bucket.take(3)
  expect(bucket.dueMs()).toBe(500)
  now = 400
  expect(bucket.dueMs()).toBe(100)
})
