import { expect, test } from 'vitest'
import { readSeals } from '../../../src/node/trace/read-seals.ts'
import { seal } from '../../../src/protocol/seal.ts'
import type { TraceHead } from '../../../src/protocol/trace-head.ts'
import { alice, headBody, mallory } from '../../protocol/samples.ts'
import { chain } from './samples.ts'

function setup() {
  const got: string[] = []
  const refused: string[] = []
  const read = readSeals({
    network: 'home',
    receivers: new Set([
      {
        batch: ({ body }) => void got.push(`batch ${body.first}`),
        head: ({ body }) => void got.push(`head ${body.next}`)
      }
    ]),
    refuse: (error, claimed) => void refused.push(`${error.code} ${claimed?.from === alice.id}`)
  })
  const head = (change: Partial<TraceHead>, by = alice): Uint8Array =>
    seal('head', headBody({ issued: now, ...change }), by).bytes
  return { got, refused, read, head }
}
const now = Date.now()

test('batches and heads are told apart, opened, and handed on', () => {
  const { read, head, got } = setup()
  expect(read(chain().next(1).bytes, Date.now())).toBeUndefined()
  expect(read(head({ next: 7 }), now)).toBeUndefined()
  expect(got).toEqual(['batch 0', 'head 7'])
})

test('what is forged is refused, with what it claimed to be', () => {
  const { read, head, got, refused } = setup()
  expect(read(head({}, mallory), now)).toBe('SIGNATURE_INVALID')
  expect(read(Buffer.from('garbage'), now)).toBe('MALFORMED')
  expect([got, refused]).toEqual([[], ['SIGNATURE_INVALID true', 'MALFORMED false']])
})

test('of one producer a head counts that is newer, and not at once again', () => {
  const { read, head, got, refused } = setup()
  expect(read(head({ next: 1, issued: now - 700 }), now)).toBeUndefined()
  expect(read(head({ next: 2, issued: now - 300 }), now)).toBe('REPLAYED')
  expect(read(head({ next: 0, issued: now - 900 }), now)).toBe('REPLAYED')
  expect(read(head({ next: 3, issued: now - 300, tailed: true }), now)).toBeUndefined()
  expect(read(head({ next: 4, issued: now, from: mallory.id }, mallory), now)).toBeUndefined()
  expect(read(head({ next: 5, issued: now - 200_000 }), now)).toBe('REPLAYED')
  expect([got, refused]).toEqual([['head 1', 'head 3', 'head 4'], []])
})

test('a forged head does not keep the true one out', () => {
  const { read, head, got } = setup()
  read(head({ next: 9, issued: now + 1_000 }, mallory), now)
  expect(read(head({ next: 1 }), now)).toBeUndefined()
  expect(got).toEqual(['head 1'])
})
