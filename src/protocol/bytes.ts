/** Room for bytes that live on their own. */

/** Up to this a typed array lies in JavaScript's own heap, bytes; beyond, its making is dear. */
const IN_HEAP_BYTES = 64

/**
 * A copy with a life of its own. Some hundred bytes come from Node's shared pool: an `ArrayBuffer`
 * of their own takes 500 ns and burdens the collector, a piece of the pool takes 50.
 */
export function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = bytesFor(bytes.length)
  copy.set(bytes)
  return copy
}

/** Bytes to be written to before they are read: what they hold at first is anything. */
export function bytesFor(length: number): Uint8Array {
  if (length <= IN_HEAP_BYTES) return new Uint8Array(length)
  const { buffer, byteOffset } = Buffer.allocUnsafe(length)
  return new Uint8Array(buffer, byteOffset, length)
}
