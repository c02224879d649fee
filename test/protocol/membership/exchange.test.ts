import { expect, test } from 'vitest'
import { encode } from '../../../src/protocol/canonical.ts'
import {
  MEMBER_FRAME_BYTES_MAX,
  RECORDS_MAX,
  RECORDS_PER_FRAME_MAX
} from '../../../src/protocol/constants.ts'
import { decodeExchange, encodeExchange } from '../../../src/protocol/membership/exchange.ts'
import type { ExchangeFrame } from '../../../src/protocol/membership/exchange.ts'
import { codeOf } from '../samples.ts'
import { adminCertificate, ben, certificate, grantFor, owner, revocation } from './samples.ts'

const credential = { certificate: certificate({}, owner) }
const notice = { revocation: revocation(), issuers: [adminCertificate()] }
const id = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

const FRAMES: readonly ExchangeFrame[] = [
  { have: [] },
  { have: [id(1), id(2)] },
  { records: [] },
  { records: [{ member: credential }, { out: notice }], want: [id(3)], more: true },
  { renew: credential },
  { redeem: grantFor(ben.id) },
  { error: { code: 'DUPLICATE_ID', message: 'two of you' } }
]

test.each(FRAMES.map((frame) => [Object.keys(frame)[0], frame] as const))(
  'a frame of %s is read as written',
  (_what, frame) => {
    expect(decodeExchange(encodeExchange(frame))).toEqual(frame)
  }
)

test('the ids of a full roster fit in a frame', () => {
  const have = Array.from({ length: RECORDS_MAX }, (_, index) => id(index % 256))
  const bytes = encodeExchange({ have })
  expect(bytes.length).toBeLessThan(MEMBER_FRAME_BYTES_MAX)
  expect(decodeExchange(bytes)).toEqual({ have })
})

test.each([
  ['one id too many', { have: Array.from({ length: RECORDS_MAX + 1 }, () => id(0)) }],
  [
    'one record too many',
    { records: Array.from({ length: RECORDS_PER_FRAME_MAX + 1 }, () => ({ member: credential })) }
  ],
  ['half an id', { have: [new Uint8Array(16)] }],
  ['a record that is both', { records: [{ member: credential, out: notice }] }],
  ['two questions', { have: [], renew: credential }],
  ['an unknown code', { error: { code: 'FIRE', message: '' } }],
  ['nothing', {}]
])('%s is malformed', (_what, value) => {
  expect(codeOf(() => decodeExchange(encode(value)))).toBe('MALFORMED')
})
