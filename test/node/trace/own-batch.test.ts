import { expect, test } from 'vitest'
import { SealedBytes } from '../../../src/node/trace/own-batch.ts'
import { chain } from './samples.ts'

test('a batch kept as bytes reads as it was sealed', () => {
  const sealed = chain().next(3)
  const kept = new SealedBytes(sealed)
  expect(kept.body).toEqual(sealed.body)
  expect([kept.bytes, kept.digest]).toEqual([sealed.bytes, sealed.digest])
  expect(kept.body).toBe(kept.body)
})
