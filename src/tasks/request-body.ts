/** The body of a request that a runner sends piece by piece. */

import { Readable } from 'node:stream'
import { PeerworkError } from '../protocol/errors.ts'
import { FETCH_WINDOW_BYTES } from './limits.ts'

export class RequestBody {
  readonly stream: Readable
  readonly #bytesMax: number
  readonly #credit: (bytes: number) => void
  readonly #pieces: Uint8Array[] = []
  #held = 0
  #total = 0
  #wanted = false
  #ended = false

  /** @param credit told the size of every piece that left for the network */
  constructor(bytesMax: number, credit: (bytes: number) => void) {
    this.#bytesMax = bytesMax
    this.#credit = credit
    this.stream = new Readable({ read: () => this.#more() })
    // Its errors reach the request that reads it.
    this.stream.on('error', () => undefined)
  }

  /** @throws PeerworkError `MALFORMED` when the runner sends more than its window allows */
  take(piece: Uint8Array): void {
    this.#held += piece.length
    this.#total += piece.length
    if (this.#held > FETCH_WINDOW_BYTES) {
      throw new PeerworkError('MALFORMED', 'the runner sent more of a body than it may')
    }
    if (this.#total > this.#bytesMax) {
      const text = `the request is over ${this.#bytesMax} bytes`
      this.stream.destroy(new PeerworkError('SKILL_FAILED', text))
      return
    }
    this.#pieces.push(piece)
    if (this.#wanted) this.#more()
  }

  end(): void {
    this.#ended = true
    if (this.#wanted) this.#more()
  }

  destroy(): void {
    this.stream.destroy()
  }

  #more(): void {
    const piece = this.#pieces.shift()
    this.#wanted = piece === undefined
    if (piece !== undefined) {
      this.#held -= piece.length
      this.#credit(piece.length)
      this.stream.push(piece)
    } else if (this.#ended) this.stream.push(null)
  }
}
