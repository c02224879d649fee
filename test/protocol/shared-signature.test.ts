import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  PLACE_BYTES_MAX,
  readStanding,
  signedOf,
  standingBytes,
  statementOf,
  writeStanding
} from '../../src/protocol/shared-signature.ts'
import { pathBytes } from '../../src/protocol/tree.ts'
import { codeOf } from './samples.ts'

const place = fc
  .integer({ min: 2, max: 64 })
  .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })))

test('a place is read as it was written, in no more room than there is for one', () => {
  fc.assert(
    fc.property(place, ([size, index]) => {
      const path = new Uint8Array(pathBytes({ index, size })).fill(7)
      const standing = { size, index, path }
      const bytes = new Uint8Array(PLACE_BYTES_MAX + 5)
      writeStanding(standing, bytes, 0)
      expect(readStanding(bytes)).toEqual(standing)
      expect(standingBytes(standing)).toBeLessThanOrEqual(PLACE_BYTES_MAX)
      const short = bytes.subarray(0, standingBytes(standing) - 1)
      expect(codeOf(() => readStanding(short))).toBe('MALFORMED')
    })
  )
})

test('what is signed is no body of any kind', () => {
  const signed = Buffer.from(signedOf(statementOf(3, new Uint8Array(32)))).toString('latin1')
  expect(signed).toBe(`DSSEv1 32 application/vnd.peerwork.tree.v1 33 \u0003${'\0'.repeat(32)}`)
})
