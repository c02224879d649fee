/** What a stranger may send to any door of this room, and the only two things that may happen. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode } from '../../src/protocol/canonical.ts'
import type { Identity } from '../../src/protocol/identity.ts'
import { parseJson } from '../../src/protocol/json.ts'
import { expectCertificate } from '../../src/protocol/membership/certificate.ts'
import { decodeExchange } from '../../src/protocol/membership/exchange.ts'
import {
  decodeAnswer,
  decodeHello,
  decodeVerdict
} from '../../src/protocol/membership/handshake.ts'
import { expectInvitation, expectRedemption } from '../../src/protocol/membership/invitation.ts'
import { expectRevocation } from '../../src/protocol/membership/revocation.ts'
import { expectSuccession, sealSuccession } from '../../src/protocol/membership/succession.ts'
import { expectCard, readCardExchange } from '../../src/protocol/message/card.ts'
import { expectResult } from '../../src/protocol/message/result.ts'
import { decodeBulkHeader, decodeSessionFrame } from '../../src/protocol/message/session.ts'
import { encodeSessionFrame } from '../../src/protocol/message/session.ts'
import { expectTask } from '../../src/protocol/message/task.ts'
import { open, seal } from '../../src/protocol/seal.ts'
import { KINDS, preAuthentication } from '../../src/protocol/signable.ts'
import type { Kind } from '../../src/protocol/signable.ts'
import { expectBatch } from '../../src/protocol/trace.ts'
import { alice, batchBody, bob, cardBody, codeOf, NETWORK, NOW, resultBody } from './samples.ts'
import { taskBody } from './samples.ts'
import { ada, ben, certificate, grantFor, invitation, LAB } from './membership/samples.ts'
import { owner, redemption, revocation, ticket } from './membership/samples.ts'

const context = { network: NETWORK, now: NOW + 300 }
const expected = {
  task: expectTask({ ...context, self: alice.id, sender: bob.id }),
  result: expectResult({ ...context, self: bob.id, sender: alice.id }),
  card: expectCard({ ...context, sender: alice.id }),
  batch: expectBatch(context),
  certificate: expectCertificate(LAB, NOW + 300),
  invitation: expectInvitation(LAB, NOW + 300),
  redemption: expectRedemption(LAB, ticket.id, NOW + 300),
  revocation: expectRevocation(LAB, NOW + 300),
  succession: expectSuccession(LAB, NOW + 300)
} as const
/** By whom each is signed when it is right. */
const signers: Partial<Record<Kind, Identity>> = {
  ...{ task: bob, result: alice, card: alice, batch: alice },
  ...{ certificate: ada, invitation: owner, redemption: ticket, revocation: ada, succession: ben }
}
const kinds = Object.keys(expected) as (keyof typeof expected)[]

/** Every door; each either returns or throws a `PeerworkError`, and `open` never throws at all. */
const doors: Record<string, (bytes: Uint8Array) => unknown> = {
  session: (bytes) => decodeSessionFrame(bytes),
  bulk: (bytes) => decodeBulkHeader(bytes),
  exchange: (bytes) => readCardExchange(decode(bytes)),
  hello: (bytes) => decodeHello(bytes),
  verdict: (bytes) => decodeVerdict(bytes),
  answer: (bytes) => decodeAnswer(bytes),
  roster: (bytes) => decodeExchange(bytes),
  json: (bytes) => parseJson(bytes),
  ...Object.fromEntries(
    kinds.map((kind) => [kind, (bytes: Uint8Array) => open(bytes, expected[kind] as never)])
  )
}

function knock(bytes: Uint8Array): void {
  for (const [name, door] of Object.entries(doors)) {
    const code = codeOf(() => door(bytes))
    expect([undefined, 'MALFORMED', 'TOO_LARGE', 'UNSUPPORTED_VERSION'], name).toContain(code)
  }
}

/** A body in an otherwise perfect seal: right version, kind and signature. */
function sealedRaw(kind: Kind, payload: Uint8Array): Buffer {
  const signature = (signers[kind] ?? alice).sign(preAuthentication(kind, payload))
  return Buffer.concat([Buffer.of(1, KINDS[kind]), signature, payload])
}

/** The same bytes at every door, bare and as the body of every seal and frame. */
function everywhere(bytes: Uint8Array): void {
  knock(bytes)
  for (const kind of kinds) {
    const opened = open(sealedRaw(kind, bytes), expected[kind] as never)
    expect(opened.ok).toBe(false)
    if (!opened.ok) expect(Buffer.byteLength(opened.error.message)).toBeLessThanOrEqual(4_096)
  }
  for (let number = 0; number <= 7; number++) {
    const frame = Buffer.concat([Buffer.of(number), Buffer.alloc(16), bytes])
    expect([undefined, 'MALFORMED']).toContain(codeOf(() => decodeSessionFrame(frame)))
  }
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const ESC_KEY = Buffer.concat([hex('a278'), Buffer.of(8), Buffer.from('\u001b[2J\nabc'), hex('00')])

test.each([
  ['60,000 nested lists', Buffer.alloc(60_000, 0x81)],
  ['60,000 nested maps', hex('a16161'.repeat(60_000))],
  ['60,000 nested tags', Buffer.alloc(60_000, 0xc0)],
  ['a list of 2^32 - 1 items', hex('9affffffff00')],
  ['a list of 2^64 - 1 items', hex('9bffffffffffffffff00')],
  ['a map of 2^53 pairs', hex('bb002000000000000000')],
  ['bytes of 2^53', hex('5b0020000000000000')],
  ['text of 2 GiB', hex('7a7fffffff61')],
  ['16,000 empty lists', hex(`993e80${'80'.repeat(16_000)}`)],
  ['NaN', hex('fb7ff8000000000000')],
  ['Infinity', hex('fb7ff0000000000000')],
  ['undefined', hex('f7')],
  ['an endless list', hex('9f')],
  ['a map with the same key twice', hex('a2617601617602')],
  ['a map with a prototype', encode(JSON.parse('{"__proto__":{"v":1},"v":1}'))],
  ['half a surrogate pair', hex('63eda080')],
  ['a key that clears the terminal', ESC_KEY],
  ['a link', hex(`d82a5825000171122${'0'.repeat(65)}`)],
  ['500,000 opened brackets', Buffer.alloc(500_000, 0x5b)],
  ['nothing', Buffer.alloc(0)]
])('%s: refused at every door, with an error of ours', (_what, bytes) => {
  everywhere(bytes)
})

test('random bytes: an error of ours or a value, at every door', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => everywhere(bytes)),
    { numRuns: 400 }
  )
})

const valid = {
  task: seal('task', taskBody(), bob).bytes,
  result: seal('result', resultBody(), alice).bytes,
  card: seal('card', cardBody(), alice).bytes,
  batch: seal('batch', batchBody(), alice).bytes,
  certificate: certificate({ grant: grantFor(ben.id) }, ada),
  invitation: invitation(),
  redemption: redemption(),
  revocation: revocation({ reason: 'left' }),
  succession: sealSuccession(LAB, NOW, { before: ben, after: ada }).before
}

test('a valid body, damaged and signed by its right owner, is read whole or refused', () => {
  const damage = fc.record({
    kind: fc.constantFrom(...kinds),
    places: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    cut: fc.option(fc.nat())
  })
  fc.assert(
    fc.property(damage, ({ kind, places, cut }) => {
      const payload = Buffer.from(valid[kind].subarray(66))
      for (const [at, byte] of places) payload[at % payload.length] = byte
      const bytes = cut === null ? payload : payload.subarray(0, cut % payload.length)
      const opened = open(sealedRaw(kind, bytes), expected[kind] as never)
      if (opened.ok) expect(Buffer.from(encode(decode(bytes))).equals(bytes)).toBe(true)
    }),
    { numRuns: 4_000 }
  )
})

test('a valid frame with any byte changed is read or malformed', () => {
  const frame = Buffer.concat(
    encodeSessionFrame({ kind: 'request', id: new Uint8Array(16), task: valid.task })
  )
  for (let at = 0; at < frame.length; at++) {
    for (const byte of [0x00, 0x1f, 0x5f, 0x81, 0xa1, 0xbb, 0xff]) {
      const changed = Buffer.from(frame)
      changed[at] = byte
      expect([undefined, 'MALFORMED']).toContain(codeOf(() => decodeSessionFrame(changed)))
    }
  }
})

test('a valid hello or record with any byte changed is read, or refused by name', () => {
  const credential = { certificate: valid.certificate, issuers: [valid.certificate] }
  const common = { v: 1, network: LAB, boot: new Uint8Array(16), now: NOW }
  const frames = [
    encode({ ...common, credential }),
    encode({ error: { code: 'NOT_A_MEMBER', message: 'no' } }),
    encode({ records: [{ member: credential }, { out: { revocation: valid.revocation } }] })
  ]
  for (const frame of frames) {
    for (let at = 0; at < frame.length; at += 3) {
      for (const byte of [0x00, 0x1f, 0x5f, 0x81, 0xa1, 0xbb, 0xff]) {
        const changed = Buffer.from(frame)
        changed[at] = byte
        knock(changed)
      }
    }
  }
})

test('any value at all, in valid CBOR, is refused or read by the readers', () => {
  const anything = fc.anything({ withBigInt: false, withNullPrototype: true, maxDepth: 5 })
  fc.assert(
    fc.property(anything, (value) => {
      let bytes: Uint8Array
      try {
        bytes = encode(value)
      } catch {
        return
      }
      everywhere(bytes)
    }),
    { numRuns: 400 }
  )
})

test('nothing of all this has touched a prototype', () => {
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(({} as Record<string, unknown>)['v']).toBeUndefined()
})
