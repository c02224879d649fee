import { expect, test } from 'vitest'
import { bytesLeft, FOR_MEMBERS, FOR_STRANGERS, lifeMs } from '../../../src/node/reach/limits.ts'
import { RESERVE_BYTES } from '../../../src/node/reach/limits.ts'
import { INPUT_BYTES_MAX, OUTPUT_BYTES_MAX } from '../../../src/protocol/constants.ts'

test('the largest task fits a fresh relayed link, for strangers too', () => {
  for (const { bytes } of [FOR_MEMBERS, FOR_STRANGERS]) {
    expect(bytesLeft({ bytes: BigInt(bytes) })).toBeGreaterThan(INPUT_BYTES_MAX + OUTPUT_BYTES_MAX)
  }
})

test('what is left keeps something back, is never negative, and has no end without limits', () => {
  expect(bytesLeft({ bytes: BigInt(RESERVE_BYTES + 7) })).toBe(7)
  expect(bytesLeft({ bytes: 5n })).toBe(0)
  expect(bytesLeft(undefined)).toBe(Infinity)
  expect(bytesLeft({})).toBe(Infinity)
})

test('a life is read in seconds as specified, and in milliseconds as libp2p tells it', () => {
  expect(lifeMs(120)).toBe(120_000)
  expect(lifeMs(FOR_STRANGERS.durationMs)).toBe(FOR_STRANGERS.durationMs)
  expect(lifeMs(FOR_MEMBERS.durationMs)).toBe(FOR_MEMBERS.durationMs)
  expect(lifeMs(undefined)).toBe(Infinity)
  expect(lifeMs(0)).toBe(Infinity)
})
