import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { leafOf, payloadTypeOf, preAuthentication, roomFor } from '../../src/protocol/signable.ts'

const payload = Buffer.from('hello')

test('the signature is over the pre-authentication encoding of DSSE', () => {
  const type = 'application/vnd.peerwork.task.v1+cbor'
  expect(payloadTypeOf('task')).toBe(type)
  const encoded = Buffer.from(preAuthentication('task', payload)).toString()
  expect(encoded).toBe(`DSSEv1 ${type.length} ${type} 5 hello`)
})

test('a leaf is the hash of what a signature would be over, behind a 0', () => {
  const whole = Buffer.concat([Buffer.of(0), preAuthentication('result', payload)])
  const hash = createHash('sha256').update(whole).digest()
  expect(Buffer.from(leafOf('result', roomFor(payload)))).toEqual(hash)
  expect(Buffer.from(leafOf('task', roomFor(payload)))).not.toEqual(hash)
})
