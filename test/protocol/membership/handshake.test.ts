import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encode } from '../../../src/protocol/canonical.ts'
import { CERTIFICATE_BYTES_MAX, HELLO_BYTES_MAX } from '../../../src/protocol/constants.ts'
import {
  BOOT_BYTES,
  decodeAnswer,
  decodeHello,
  decodeVerdict,
  encodeHello,
  encodeVerdict
} from '../../../src/protocol/membership/handshake.ts'
import type { Hello } from '../../../src/protocol/membership/handshake.ts'
import { codeOf, NOW } from '../samples.ts'
import { adminCertificate, ben, certificate, grantFor, LAB, owner } from './samples.ts'

const bare: Hello = { v: 1, network: LAB, boot: new Uint8Array(BOOT_BYTES).fill(9), now: NOW }
const credential = { certificate: certificate({}, owner), issuers: [adminCertificate()] }

test.each([
  ['a guest', bare],
  ['a member', { ...bare, credential }],
  ['a newcomer', { ...bare, grant: grantFor(ben.id) }]
])('the hello of %s is read as written', (_who, hello) => {
  expect(decodeHello(encodeHello(hello))).toEqual(hello)
  expect(decodeAnswer(encodeHello(hello))).toEqual({ hello })
})

test.each([
  ['welcome', {}],
  ['a refusal', { error: { code: 'NOT_A_MEMBER', message: 'who are you?' } as const }],
  ['a certificate', { credential, addresses: [`/ip4/10.0.0.1/tcp/4001/p2p/${ben.id}`] }]
])('the verdict %s is read as written', (_what, verdict) => {
  expect(decodeVerdict(encodeVerdict(verdict))).toEqual(verdict)
  expect(decodeAnswer(encodeVerdict(verdict))).toEqual({ verdict })
})

test('the largest hello fits under its cap', () => {
  const full = new Uint8Array(CERTIFICATE_BYTES_MAX)
  const half = new Uint8Array(1024)
  const shown = {
    ...{ certificate: full, issuers: [full, full, full] },
    succession: { before: half, after: half }
  }
  const bytes = encodeHello({ ...bare, credential: shown })
  expect(bytes.length).toBeLessThanOrEqual(HELLO_BYTES_MAX)
  expect(decodeHello(bytes).credential).toEqual(shown)
})

test.each([
  ['of a later version', { ...bare, v: 2 }, 'UNSUPPORTED_VERSION'],
  [
    'of a member that is a newcomer too',
    { ...bare, credential, grant: grantFor(ben.id) },
    'MALFORMED'
  ],
  ['with half a boot id', { ...bare, boot: new Uint8Array(8) }, 'MALFORMED'],
  ['without a time', { ...bare, now: -1 }, 'MALFORMED'],
  [
    'with four admins',
    {
      ...bare,
      credential: { ...credential, issuers: Array.from({ length: 4 }, () => new Uint8Array(1)) }
    },
    'MALFORMED'
  ],
  ['with more than there is', { ...bare, friend: true }, 'MALFORMED']
])('a hello %s is refused', (_what, hello, code) => {
  expect(codeOf(() => decodeHello(encode(hello)))).toBe(code)
})

test('whatever comes is a hello, a verdict, or an error of ours', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.anything({ maxDepth: 3 }).map((value) => {
      try {
        return encode(value)
      } catch {
        return new Uint8Array(0)
      }
    })
  )
  fc.assert(
    fc.property(anything, (bytes) => {
      for (const read of [decodeHello, decodeVerdict, decodeAnswer]) {
        expect([undefined, 'MALFORMED', 'UNSUPPORTED_VERSION']).toContain(codeOf(() => read(bytes)))
      }
    })
  )
})
