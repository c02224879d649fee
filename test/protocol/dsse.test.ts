import { createHash, createPublicKey, verify } from 'node:crypto'
import { base58btc } from 'multiformats/bases/base58'
import { expect, test } from 'vitest'
import { encode } from '../../src/protocol/canonical.ts'
import { toDsse } from '../../src/protocol/dsse.ts'
import type { DsseEnvelope } from '../../src/protocol/dsse.ts'
import { seal } from '../../src/protocol/seal.ts'
import { draft, sealTogether } from '../../src/protocol/seal-together.ts'
import { KINDS } from '../../src/protocol/signable.ts'
import { alice, bob, cardBody, codeOf, resultBody, taskBody } from './samples.ts'

/** A verifier that knows DSSE and peer ids, and nothing of Peerwork; from the JSON alone. */
function verifiesAlone(json: string): boolean {
  const { payloadType, payload, signatures } = JSON.parse(json) as DsseEnvelope
  const body = Buffer.from(payload, 'base64')
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${body.length} `
  return signatures.every(({ keyid, sig }) => {
    const raw = base58btc.baseDecode(keyid).subarray(6)
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') }
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    return verify(null, Buffer.concat([Buffer.from(head), body]), key, Buffer.from(sig, 'base64'))
  })
}

test.each([
  ['task', seal('task', taskBody(), bob)],
  ['result', seal('result', resultBody(), alice)],
  ['card', seal('card', cardBody(), alice)]
] as const)('an exported %s verifies from its JSON alone', (kind, sealed) => {
  const envelope = toDsse(sealed.bytes)
  expect(envelope.payloadType).toBe(`application/vnd.peerwork.${kind}.v1+cbor`)
  expect(envelope.signatures).toHaveLength(1)
  expect(verifiesAlone(JSON.stringify(envelope))).toBe(true)
})

/** From the leaf of an export to the root that it names, as RFC 9162 section 2.1.3.2 says. */
function rootFrom({ payload, leaf }: DsseEnvelope): Buffer {
  const sha = (...parts: Uint8Array[]): Buffer =>
    createHash('sha256').update(Buffer.concat(parts)).digest()
  const { payloadType = '', payload: body64 = '', index = 0, path = [] } = leaf ?? {}
  const body = Buffer.from(body64, 'base64')
  const head = Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `)
  let [fn, sn] = [index, (Buffer.from(payload, 'base64')[0] ?? 0) - 1]
  let root = sha(Buffer.of(0), head, body)
  for (const step of path) {
    const beside = Buffer.from(step, 'base64')
    if (fn % 2 === 1 || fn === sn) {
      root = sha(Buffer.of(1), beside, root)
      while (fn % 2 === 0 && fn > 0) [fn, sn] = [fn >> 1, sn >> 1]
    } else root = sha(Buffer.of(1), root, beside)
    ;[fn, sn] = [fn >> 1, sn >> 1]
  }
  expect(sn).toBe(0)
  return root
}

test('an exported seal of a shared signature verifies from its JSON alone', () => {
  for (const count of [2, 3, 5, 7, 64]) {
    const drafts = Array.from({ length: count }, (_, at) => {
      return draft('task', taskBody({ id: new Uint8Array(16).fill(at) }))
    })
    for (const { bytes } of sealTogether(drafts, bob)) {
      const json = JSON.stringify(toDsse(bytes))
      expect(verifiesAlone(json)).toBe(true)
      const envelope = JSON.parse(json) as DsseEnvelope
      expect(envelope.payloadType).toBe('application/vnd.peerwork.tree.v1')
      const said = Buffer.from(envelope.payload, 'base64')
      expect(said).toEqual(Buffer.concat([Buffer.of(count), rootFrom(envelope)]))
    }
  }
})

test('a changed export does not verify', () => {
  const envelope = toDsse(seal('task', taskBody(), bob).bytes)
  const body = Buffer.from(envelope.payload, 'base64')
  body[20] = (body[20] ?? 0) ^ 1
  const changed = [
    { ...envelope, payload: body.toString('base64') },
    { ...envelope, payloadType: 'application/vnd.peerwork.result.v1+cbor' },
    { ...envelope, signatures: [{ ...envelope.signatures[0], keyid: alice.id }] }
  ]
  for (const one of changed) expect(verifiesAlone(JSON.stringify(one))).toBe(false)
})

test('bytes that are no seal are malformed, whatever they hold', () => {
  const bodies = [null, 7, 'text', [1], { from: 7 }, {}]
  for (const body of bodies) {
    const bytes = Buffer.concat([Buffer.of(1, KINDS.task), Buffer.alloc(64), encode(body)])
    expect(toDsse(bytes).signatures[0]?.keyid).toBe('')
  }
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(70, 1), Buffer.alloc(70, 0x81)]) {
    expect(codeOf(() => toDsse(bytes))).toBe('MALFORMED')
  }
})
