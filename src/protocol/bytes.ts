/** Room for bytes that live on their own. */

/** Up to this a typed array lies in JavaScript's own heap, bytes; beyond, its making is dear. */
const IN_HEAP_BYTES = 64
/** One slab, bytes. As small as this, since a single piece that is kept keeps all of it. */
const SLAB_BYTES = 8 * 1024
/** The largest piece of a slab, bytes: a usual seal or a small input. */
const PIECE_BYTES_MAX = 2 * 1024

let slab = new ArrayBuffer(SLAB_BYTES)
let used = 0

/**
 * A copy with a life of its own. Some hundred bytes are a piece of a shared slab: an `ArrayBuffer`
 * of their own takes 500 ns and burdens the collector, a piece takes 50.
 */
export function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = bytesFor(bytes.length)
  copy.set(bytes)
  return copy
}

/** Zeros to be written to. */
export function bytesFor(length: number): Uint8Array {
  if (length <= IN_HEAP_BYTES || length > PIECE_BYTES_MAX) return new Uint8Array(length)
  if (used + length > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES)
    used = 0
  }
  const piece = new Uint8Array(slab, used, length)
  used += length
  return piece
}

const encoder = new TextEncoder()

/** The text in UTF-8. */
export function utf8Of(text: string): Uint8Array {
  const bytes = bytesFor(Buffer.byteLength(text))
  encoder.encodeInto(text, bytes)
  return bytes
}
