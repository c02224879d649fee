import { expect, test } from 'vitest'
import { seal, open } from '../../src/protocol/seal.ts'
import { expectHead } from '../../src/protocol/trace-head.ts'
import { HEAD_BYTES_MAX } from '../../src/protocol/constants.ts'
import { alice, batchBody, headBody, mallory, NETWORK, NOW } from './samples.ts'

const expected = expectHead({ network: NETWORK, now: NOW })

test('a head is opened as it was sealed, and is a few hundred bytes', () => {
  const { bytes } = seal('head', headBody(), alice)
  const opened = open(bytes, expected)
  expect(opened.ok && opened.sealed.body).toEqual(headBody())
  expect(bytes.length).toBeLessThan(HEAD_BYTES_MAX / 2)
})

test('a head by somebody else, of another shape, or in the place of a batch is refused', () => {
  const code = (bytes: Uint8Array): string => {
    const opened = open(bytes, expected)
    return opened.ok ? 'ok' : opened.error.code
  }
  expect(code(seal('head', headBody(), mallory).bytes)).toBe('SIGNATURE_INVALID')
  expect(code(seal('head', headBody({ next: -1 }), alice).bytes)).toBe('MALFORMED')
  expect(code(seal('head', headBody({ boot: new Uint8Array(7) }), alice).bytes)).toBe('MALFORMED')
  expect(code(seal('batch', batchBody(), alice).bytes)).toBe('WRONG_KIND')
})
