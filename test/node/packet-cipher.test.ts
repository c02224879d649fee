import { createCipheriv, randomBytes } from 'node:crypto'
import { Uint8ArrayList } from 'uint8arraylist'
import { expect, test, vi } from 'vitest'
import { packetCipher } from '../../src/node/packet-cipher.ts'
import type { PacketCipher } from '../../src/node/packet-cipher.ts'

const NOTHING = new Uint8Array(0)
const nonce = randomBytes(12)
const key = new Uint8Array(randomBytes(32))
const unused = () => {
  throw new Error('not for this one')
}
const cipher = packetCipher({ encrypt: unused, decrypt: unused })

/** What RFC 8439 says, asked of node:crypto the plain way. */
function reference(plain: Uint8Array): Buffer {
  const made = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
  made.setAAD(NOTHING, { plaintextLength: plain.length })
  return Buffer.concat([made.update(plain), made.final(), made.getAuthTag()])
}

test('whatever the size and the pieces, the bytes are those of the standard and open again', () => {
  for (const size of [512, 1_500, 3_999, 4_001, 16_384, 65_519]) {
    const plain = randomBytes(size)
    const pieces = new Uint8ArrayList(plain.subarray(0, 12), plain.subarray(12))
    const packet = Buffer.from(cipher.encrypt(pieces, nonce, NOTHING, key).subarray())
    expect(packet.equals(reference(plain))).toBe(true)
    const halves = new Uint8ArrayList(packet.subarray(0, 300), packet.subarray(300))
    for (const sealed of [packet, halves]) {
      const text = cipher.decrypt(sealed, nonce, NOTHING, key).subarray()
      expect(plain.equals(text)).toBe(true)
    }
  }
})

test('one changed bit, in the text or in the tag, and nothing is opened', () => {
  for (const size of [512, 5_000]) {
    const packet = Buffer.from(reference(randomBytes(size)))
    for (const at of [0, size - 1, size, size + 15]) {
      const forged = Buffer.from(packet)
      forged[at] = (forged[at] ?? 0) ^ 1
      expect(() => cipher.decrypt(forged, nonce, NOTHING, key)).toThrow()
    }
  }
})

test('small packets and those of the handshake are left to the stock cipher', () => {
  const encrypt = vi.fn<PacketCipher['encrypt']>((plain) => plain)
  const both = packetCipher({ encrypt, decrypt: encrypt })
  both.encrypt(new Uint8Array(100), nonce, NOTHING, key)
  both.decrypt(new Uint8Array(100), nonce, NOTHING, key)
  both.encrypt(new Uint8Array(1_000), nonce, new Uint8Array(32), key)
  both.decrypt(new Uint8Array(1_000), nonce, new Uint8Array(32), key)
  expect(encrypt).toHaveBeenCalledTimes(4)
})
