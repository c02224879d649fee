import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatTraceparent,
  isTraceparent,
  parseTraceparent
} from '../../src/protocol/trace-context.ts'
import { codeOf } from './samples.ts'

const EXAMPLE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

const id = (digits: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`)).filter((text) => !/^0+$/.test(text))

test("the W3C's own example is read", () => {
  expect(parseTraceparent(EXAMPLE)).toEqual({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    sampled: true
  })
})

test('what was formatted is parsed again', () => {
  fc.assert(
    fc.property(id(32), id(16), fc.boolean(), (traceId, spanId, sampled) => {
      const context = { traceId, spanId, sampled }
      expect(isTraceparent(formatTraceparent(context))).toBe(true)
      expect(parseTraceparent(formatTraceparent(context))).toEqual(context)
    })
  )
})

test('unknown flags are not mistaken for sampled', () => {
  expect(parseTraceparent(EXAMPLE.replace(/01$/, 'fe')).sampled).toBe(false)
  expect(parseTraceparent(EXAMPLE.replace(/01$/, 'ff')).sampled).toBe(true)
})

test.each([
  ['nothing', ''],
  ['capitals', EXAMPLE.toUpperCase()],
  ['another version', EXAMPLE.replace(/^00/, '01')],
  ['version ff', EXAMPLE.replace(/^00/, 'ff')],
  ['a trace of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ['a span of zeros', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`],
  ['more behind it', `${EXAMPLE}-extra`],
  ['a line break behind it', `${EXAMPLE}\n`],
  ['a blank before it', ` ${EXAMPLE}`]
])('refuses %s', (_what, text) => {
  expect(isTraceparent(text)).toBe(false)
  expect(codeOf(() => parseTraceparent(text))).toBe('MALFORMED')
})

test('any text is read or malformed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(codeOf(() => parseTraceparent(text))).toBe('MALFORMED')
    })
  )
})
