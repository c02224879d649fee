import { expect, test } from 'vitest'
import { TokenBuckets } from '../../src/node/token-buckets.ts'

test('each key has a bucket, and who was asked about longest ago begins anew', () => {
  const rate = { burst: 1, perSecond: 1 }
  const buckets = new TokenBuckets({ rate, elapsed: () => 0, max: 2 })
  const take = (key: string): boolean => buckets.of(key).take() !== undefined
  expect([take('one'), take('two'), take('one'), take('two')]).toEqual([true, true, false, false])
  expect([take('three'), take('two'), take('one')]).toEqual([true, false, true])
})
