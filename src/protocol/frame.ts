/**
 * Length-prefixed frames over a byte stream.
 *
 * A frame is a 4-byte big-endian length of what follows, then that many bytes. The length is checked
 * against the cap before anything is allocated, and the parser keeps a list of chunks instead of
 * joining them, so a frame that arrives in a thousand pieces costs one copy.
 */

import { PeerworkError } from './errors.ts'

export const LENGTH_BYTES = 4

export function encodeFrame(...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + length)
  frame.writeUInt32BE(length, 0)
  let at = LENGTH_BYTES
  for (const part of parts) {
    frame.set(part, at)
    at += part.length
  }
  return frame
}

/** Cuts a byte stream into frames. One per stream and direction; not reusable after an error. */
export class FrameParser {
  readonly #bytesMax: number
  #chunks: Uint8Array[] = []
  #have = 0
  #want = -1

  /** @param bytesMax cap of one frame without its length prefix, bytes */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Bytes waiting for the rest of their frame. */
  get pending(): number {
    return this.#have
  }

  /**
   * Take in the next bytes; yields every frame they complete.
   *
   * @throws PeerworkError `TOO_LARGE` as soon as a length prefix exceeds the cap.
   */
  *push(bytes: Uint8Array): Generator<Uint8Array, void, void> {
    if (bytes.length > 0) {
      this.#chunks.push(bytes)
      this.#have += bytes.length
    }
    for (;;) {
      if (this.#want < 0) {
        if (this.#have < LENGTH_BYTES) return
        this.#want = this.#length(this.#take(LENGTH_BYTES))
      }
      if (this.#have < this.#want) return
      const frame = this.#take(this.#want)
      this.#want = -1
      yield frame
    }
  }

  #length(prefix: Uint8Array): number {
    const [a = 0, b = 0, c = 0, d = 0] = prefix
    const length = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
    if (length > this.#bytesMax) {
      const facts = { bytes: length, bytesMax: this.#bytesMax }
      throw new PeerworkError('TOO_LARGE', `frame of ${length} bytes, cap ${this.#bytesMax}`, facts)
    }
    return length
  }

  /** The next `count` bytes: a view when one chunk holds them, one copy when several do. */
  #take(count: number): Uint8Array {
    this.#have -= count
    const first = this.#chunks[0]
    if (first !== undefined && first.length >= count) {
      if (first.length === count) this.#chunks.shift()
      else this.#chunks[0] = first.subarray(count)
      return first.subarray(0, count)
    }
    const out = new Uint8Array(count)
    let at = 0
    let used = 0
    while (at < count) {
      const chunk = this.#chunks[used] ?? new Uint8Array(count - at)
      const part = chunk.subarray(0, count - at)
      out.set(part, at)
      at += part.length
      if (part.length === chunk.length) used++
      else this.#chunks[used] = chunk.subarray(part.length)
    }
    this.#chunks.splice(0, used)
    return out
  }
}
