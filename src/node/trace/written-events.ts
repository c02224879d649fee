/** Events that wait for their batch, as bytes one behind the other: a batch is a stretch of it. */

/** Room that is kept, bytes: a full batch of usual events and some. */
const ROOM_BYTES = 96 * 1024

export class WrittenEvents {
  #room = Buffer.allocUnsafeSlow(ROOM_BYTES)
  #end = 0

  /** Take in one more; its bytes are the caller's again. */
  add(event: Uint8Array): void {
    const end = this.#end + event.length
    if (end > this.#room.length) {
      const room = Buffer.allocUnsafeSlow(Math.max(end, 2 * this.#room.length))
      this.#room.copy(room, 0, 0, this.#end)
      this.#room = room
    }
    this.#room.set(event, this.#end)
    this.#end = end
  }

  /** A stretch of what waits, as it is until the next `add` or `drop`. */
  stretch(from: number, bytes: number): Uint8Array {
    return this.#room.subarray(from, from + bytes)
  }

  /** The oldest bytes are not needed any more. */
  drop(bytes: number): void {
    const left = this.#end - bytes
    if (this.#room.length > ROOM_BYTES && left <= ROOM_BYTES) {
      const room = Buffer.allocUnsafeSlow(ROOM_BYTES)
      this.#room.copy(room, 0, bytes, this.#end)
      this.#room = room
    } else this.#room.copyWithin(0, bytes, this.#end)
    this.#end = left
  }
}
