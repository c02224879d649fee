import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { WrittenEvents } from '../../../src/node/trace/written-events.ts'

test('what was added comes out as it went in, whatever was dropped meanwhile', () => {
  const step = fc.record({ length: fc.integer({ min: 0, max: 60_000 }), keep: fc.nat(100_000) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const events = new WrittenEvents()
      let expected = Buffer.alloc(0)
      for (const [nth, { length, keep }] of steps.entries()) {
        const event = Buffer.alloc(length, nth + 1)
        events.add(event)
        expected = Buffer.concat([expected, event])
        // The bytes were the caller's again.
        event.fill(0xff)
        const gone = Math.max(0, expected.length - keep)
        events.drop(gone)
        expected = expected.subarray(gone)
        const middle = expected.length >> 1
        expect(expected.equals(events.stretch(0, expected.length))).toBe(true)
        const rest = events.stretch(middle, expected.length - middle)
        expect(expected.subarray(middle).equals(rest)).toBe(true)
      }
    }),
    { numRuns: 200 }
  )
})
