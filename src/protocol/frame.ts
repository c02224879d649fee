/**
 * Length-prefixed frames over a byte stream.
 *
 * A frame is a 4-byte big-endian length of what follows, then that many bytes. The length is
 * checked against the cap before anything is allocated, and the parser keeps a list of pieces
 * instead of joining them at each arrival, so its work is linear in the bytes, however they come.
 */

import { PeerworkError } from './errors.ts'

export const LENGTH_BYTES = 4
/**
 * Pieces shorter than a quarter of this are copied together, bytes. Without it a frame that comes
 * byte by byte would keep one view, and the transport's buffer under it, alive for each byte.
 */
const GATHER_BYTES = 4 * 1024

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

/** Cuts a byte stream into frames. One per stream and direction; useless after an error. */
export class FrameParser {
  readonly #bytesMax: number
  #pieces: Uint8Array[] = []
  #have = 0
  #want = -1
  /** Room behind the last piece that may still be written to. */
  #room: Uint8Array = new Uint8Array(0)
  #broken: PeerworkError | undefined

  /** @param bytesMax cap of one frame without its length prefix, bytes */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Bytes waiting for the rest of their frame. */
  get pending(): number {
    return this.#have
  }

  /**
   * Take in the next bytes; yields every frame they complete. A frame may be a view of the bytes
   * that came in. Nothing happens until the result is iterated.
   *
   * @throws PeerworkError `TOO_LARGE` as soon as a length prefix exceeds the cap, and ever after.
   */
  *push(bytes: Uint8Array): Generator<Uint8Array, void, void> {
    if (this.#broken !== undefined) throw this.#broken
    this.#add(bytes)
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

  #add(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const small = this.#pieces.length > 0 && bytes.length < GATHER_BYTES / 4
    if (small) this.#gather(bytes)
    else {
      this.#pieces.push(bytes)
      this.#room = bytes.subarray(bytes.length)
    }
    this.#have += bytes.length
  }

  /** Copy a small piece behind the one before it, or into fresh room. */
  #gather(bytes: Uint8Array): void {
    if (this.#room.length < bytes.length) {
      this.#room = new Uint8Array(GATHER_BYTES)
      this.#pieces.push(this.#room.subarray(0, 0))
    }
    this.#room.set(bytes)
    const last = this.#pieces.length - 1
    const before = this.#pieces[last] ?? this.#room
    const start = before.length === 0 ? this.#room.byteOffset : before.byteOffset
    this.#pieces[last] = new Uint8Array(this.#room.buffer, start, before.length + bytes.length)
    this.#room = this.#room.subarray(bytes.length)
  }

  #length(prefix: Uint8Array): number {
    const [a = 0, b = 0, c = 0, d = 0] = prefix
    const length = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
    if (length <= this.#bytesMax) return length
    const facts = { bytes: length, bytesMax: this.#bytesMax }
    const text = `frame of ${length} bytes, cap ${this.#bytesMax}`
    this.#pieces = []
    this.#have = 0
    this.#broken = new PeerworkError('TOO_LARGE', text, facts)
    throw this.#broken
  }

  /** The next `count` bytes: a view when one piece holds them, one copy when several do. */
  #take(count: number): Uint8Array {
    this.#have -= count
    const first = this.#pieces[0]
    if (first !== undefined && first.length >= count) {
      if (first.length === count) this.#pieces.shift()
      else this.#pieces[0] = first.subarray(count)
      return first.subarray(0, count)
    }
    const out = new Uint8Array(count)
    let at = 0
    let used = 0
    while (at < count) {
      const piece = this.#pieces[used] ?? new Uint8Array(count - at)
      const part = piece.subarray(0, count - at)
      out.set(part, at)
      at += part.length
      if (part.length === piece.length) used++
      else this.#pieces[used] = piece.subarray(part.length)
    }
    this.#pieces.splice(0, used)
    return out
  }
}
