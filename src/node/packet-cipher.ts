/**
 * ChaCha20-Poly1305 (RFC 8439) for the packets of noise, as cheap as node:crypto gives it.
 *
 * Noise's own way costs, for each packet, a cipher update for every piece of it, a call to say that
 * there is no associated data, and a copy to put the tag behind. Measured at 1.5 KB: 7.4 µs to
 * encrypt and 8.2 to decrypt that way, 4.8 and 4.7 this way. Below half a kilobyte its WebAssembly
 * is cheaper than making a cipher object, so small packets stay there.
 */

import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { Uint8ArrayList } from 'uint8arraylist'

type Bytes = Uint8Array | Uint8ArrayList

/** What noise calls for each packet, and for the few of its handshake. */
export interface PacketCipher {
  encrypt: (plain: Bytes, nonce: Uint8Array, ad: Uint8Array, key: Uint8Array) => Bytes
  decrypt: (sealed: Bytes, nonce: Uint8Array, ad: Uint8Array, key: Uint8Array) => Bytes
}

const CIPHER = 'chacha20-poly1305'
const TAG_BYTES = 16
const OPTIONS = { authTagLength: TAG_BYTES }
/** From here on node:crypto is faster, bytes. */
const LARGE_BYTES = 512

/** Up to here pieces are joined, bytes: what comes from the pool of buffers. */
const JOIN_BYTES_MAX = 4_000

/** One for each direction of a connection; noise hands over the same array every time. */
const keys = new WeakMap<Uint8Array, KeyObject>()

function keyOf(bytes: Uint8Array): KeyObject {
  const known = keys.get(bytes)
  if (known !== undefined) return known
  const made = createSecretKey(bytes)
  keys.set(bytes, made)
  return made
}

/** Takes over what is large and has no associated data, and leaves the rest to `stock`. */
export function packetCipher(stock: PacketCipher): PacketCipher {
  return {
    encrypt(plain, nonce, ad, key) {
      if (plain.byteLength < LARGE_BYTES || ad.length > 0) {
        return stock.encrypt(plain, nonce, ad, key)
      }
      const cipher = createCipheriv(CIPHER, keyOf(key), nonce, OPTIONS)
      const packet = new Uint8ArrayList()
      for (const piece of piecesOf(plain)) packet.append(cipher.update(piece))
      // A stream cipher: nothing is left for the end, but only then there is a tag.
      cipher.final()
      packet.append(cipher.getAuthTag())
      return packet
    },
    decrypt(sealed, nonce, ad, key) {
      if (sealed.byteLength < LARGE_BYTES || ad.length > 0) {
        return stock.decrypt(sealed, nonce, ad, key)
      }
      const end = sealed.byteLength - TAG_BYTES
      const cipher = createDecipheriv(CIPHER, keyOf(key), nonce, OPTIONS)
      cipher.setAuthTag(sealed.subarray(end))
      const text = piecesOf(sealed, end).map((piece) => cipher.update(piece))
      // Throws unless the tag is right; nothing of the text may be used before.
      cipher.final()
      return text.length === 1 && text[0] !== undefined ? text[0] : new Uint8ArrayList(...text)
    }
  }
}

/** Joined when that costs less than one more call of the cipher, and no allocation of its own. */
function piecesOf(bytes: Bytes, end = bytes.byteLength): readonly Uint8Array[] {
  const whole = bytes instanceof Uint8Array || bytes.byteLength <= JOIN_BYTES_MAX
  return whole ? [bytes.subarray(0, end)] : [...bytes.sublist(0, end)]
}
