/** Cuts a byte stream into lines, with a cap on each. */

import { PeerworkError } from '../protocol/errors.ts'

const NEWLINE = 0x0a

export class LineParser {
  readonly #bytesMax: number
  #chunks: Uint8Array[] = []
  #have = 0

  /** @param bytesMax cap of one line, bytes */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /**
   * Take in the next bytes; yields every line they complete, without its newline.
   *
   * @throws PeerworkError `TOO_LARGE` as soon as a line is known to exceed the cap
   */
  *push(bytes: Uint8Array): Generator<Uint8Array, void, void> {
    let rest = bytes
    for (;;) {
      const at = rest.indexOf(NEWLINE)
      const part = at < 0 ? rest : rest.subarray(0, at)
      this.#have += part.length
      if (this.#have > this.#bytesMax) {
        const facts = { bytesMax: this.#bytesMax }
        throw new PeerworkError('TOO_LARGE', `a line is over ${this.#bytesMax} bytes`, facts)
      }
      if (part.length > 0) this.#chunks.push(part)
      if (at < 0) return
      yield this.#take()
      rest = rest.subarray(at + 1)
    }
  }

  #take(): Uint8Array {
    const [first] = this.#chunks
    const line = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks)
    this.#chunks = []
    this.#have = 0
    return line
  }
}
