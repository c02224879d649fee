import { expect, test } from 'vitest'
import { encode } from '../../../src/protocol/canonical.ts'
import { decodePunch, encodePunch } from '../../../src/protocol/message/punch.ts'
import { PUNCH_FRAME_BYTES_MAX } from '../../../src/protocol/message/punch.ts'

test('where one is seen and the word to go come back as they were', () => {
  const seen = { seen: ['/ip4/44.0.0.101/tcp/50000'] }
  expect(decodePunch(encodePunch(seen))).toEqual(seen)
  expect(decodePunch(encodePunch({ go: true }))).toEqual({ go: true })
})

test('a full frame has room, and what is none is refused', () => {
  const long = `/ip4/${'1'.repeat(250)}`
  expect(encodePunch({ seen: [long, long, long, long] }).length).toBeLessThan(PUNCH_FRAME_BYTES_MAX)
  const wrong = [{ seen: [] }, { seen: [long, long, long, long, long] }, { go: 1 }, { more: 1 }, 7]
  for (const value of wrong) {
    expect(() => decodePunch(encode(value))).toThrow(/not a punch frame/)
  }
})
