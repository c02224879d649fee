import { createPublicKey, verify } from 'node:crypto'
import { base58btc } from 'multiformats/bases/base58'
import { expect, test } from 'vitest'
import { encode } from '../../src/protocol/canonical.ts'
import { toDsse } from '../../src/protocol/dsse.ts'
import type { DsseEnvelope } from '../../src/protocol/dsse.ts'
import { KINDS, seal } from '../../src/protocol/seal.ts'
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
