import { generateKeyPairFromSeed, publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/protocol/canonical.ts'
import { identityFromSeed, idOf, isAgentId, verifyBy } from '../../src/protocol/identity.ts'
import { bob, bytesOf, codeOf, mallory } from './samples.ts'

test('the id is the peer id that libp2p derives from the same seed', async () => {
  for (let fill = 0; fill < 20; fill++) {
    const seed = new Uint8Array(32).fill(fill)
    const key = await generateKeyPairFromSeed('Ed25519', seed)
    const ours = identityFromSeed(seed)
    expect(ours.id).toBe(peerIdFromPrivateKey(key).toString())
    expect([...ours.publicKey]).toEqual([...key.publicKey.raw])
  }
})

test('libp2p verifies our signatures, and we verify those of libp2p', async () => {
  const seed = new Uint8Array(32).fill(9)
  const message = Buffer.from('the same bytes')
  const theirs = await generateKeyPairFromSeed('Ed25519', seed)
  const ours = identityFromSeed(seed)
  const signature = ours.sign(message)
  expect(await publicKeyFromRaw(ours.publicKey).verify(message, signature)).toBe(true)
  expect(verifyBy(ours.id, message, await theirs.sign(message))).toBe(true)
})

test('RFC 8032 test 2 signs as published', () => {
  const hex = (text: string): Buffer => Buffer.from(text, 'hex')
  const seed = hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')
  const signature = Buffer.from(identityFromSeed(seed).sign(hex('72'))).toString('hex')
  expect(signature).toBe(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'
  )
})

test('every public key has an id, and libp2p reads it', () => {
  fc.assert(
    fc.property(bytesOf(32), (key) => {
      const id = idOf(key)
      expect(isAgentId(id)).toBe(true)
      expect(peerIdFromString(id).toString()).toBe(id)
    })
  )
})

test('one key has one id: no other spelling passes', () => {
  const spaced = [` ${bob.id}`, `${bob.id} `, `1${bob.id}`, `${bob.id}\n`, `z${bob.id}`]
  for (const text of spaced) expect(isAgentId(text), JSON.stringify(text)).toBe(false)
  const others = [
    '',
    bob.id.slice(0, -1),
    bob.id.toLowerCase(),
    bob.id.replace('1', '0'),
    // An RSA id and a CIDv1 are peer ids of libp2p, but not ours.
    'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
    peerIdFromString(bob.id).toCID().toString(),
    '1'.repeat(52),
    'z'.repeat(1_000_000)
  ]
  for (const text of others) expect(isAgentId(text), text.slice(0, 60)).toBe(false)
})

test('only the signer, the message and the signature together verify', () => {
  const message = Buffer.from('work')
  const signature = bob.sign(message)
  expect(verifyBy(bob.id, message, signature)).toBe(true)
  expect(verifyBy(mallory.id, message, signature)).toBe(false)
  expect(verifyBy(bob.id, Buffer.from('play'), signature)).toBe(false)
  expect(verifyBy('nobody', message, signature)).toBe(false)
  expect(verifyBy(bob.id, message, signature.subarray(1))).toBe(false)
  expect(verifyBy(bob.id, message, Buffer.alloc(0))).toBe(false)
})

test('a signature of another form of the same number is refused', () => {
  // S + L instead of S: RFC 8032 section 5.1.7 demands S < L, or there are two signatures.
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const signature = Buffer.from(bob.sign(Buffer.from('work')))
  const half = BigInt(`0x${toHex(signature.subarray(32).toReversed())}`) + order
  const twin = fromHex(half.toString(16).padStart(64, '0')).toReversed()
  const other = Buffer.concat([signature.subarray(0, 32), twin])
  expect(verifyBy(bob.id, Buffer.from('work'), other)).toBe(false)
})

test('points that anybody can sign for sign nothing here', () => {
  const neutral = Buffer.from(`01${'00'.repeat(31)}`, 'hex')
  const points = [neutral, Buffer.alloc(32), Buffer.from(`ec${'ff'.repeat(30)}7f`, 'hex')]
  for (const point of points) {
    const forged = Buffer.concat([neutral, Buffer.alloc(32)])
    const taken = Array.from({ length: 64 }, (_, at) =>
      verifyBy(idOf(point), Buffer.from(`message ${at}`), forged)
    )
    expect(taken).not.toContain(true)
  }
})

test('random ids and signatures verify nothing and throw nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), bytesOf(32).map(idOf)), fc.uint8Array(), (id, bytes) => {
      expect(verifyBy(id, bytes, bytes)).toBe(false)
    })
  )
})

test('more ids than the cache holds still verify', () => {
  const message = Buffer.from('many')
  const signature = bob.sign(message)
  for (let at = 0; at < 4_200; at++) {
    const key = Buffer.alloc(32)
    key.writeUInt32LE(at)
    verifyBy(idOf(key), message, signature)
  }
  expect(verifyBy(bob.id, message, signature)).toBe(true)
})

test('a seed of another length is refused', () => {
  for (const length of [0, 31, 33, 64]) {
    expect(codeOf(() => identityFromSeed(new Uint8Array(length)))).toBe('KEY_UNREADABLE')
  }
})

test('making an identity leaves the seed as it was', () => {
  const seed = new Uint8Array(32).fill(5)
  identityFromSeed(seed)
  expect(new Set(seed)).toEqual(new Set([5]))
})
