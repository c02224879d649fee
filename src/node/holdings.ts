/**
 * How many bytes of inputs are held for whom, from the first byte to the end of the work.
 *
 * A queue bounds the number of tasks, not their size: a few dozen inputs of the largest size would
 * fill the memory. Beyond the bound an agent is busy.
 */

import { PeerworkError } from '../protocol/errors.ts'

const MIB = 1024 * 1024
/** Inputs of one peer, bytes: eight of the largest. */
const PEER_BYTES_MAX = 128 * MIB
/** Inputs of all peers, bytes. */
const ALL_BYTES_MAX = 384 * MIB
/** When to try again, ms: how long a large input takes on a LAN. */
const RETRY_AFTER_MS = 2_000

export class Holdings {
  readonly #perPeer = new Map<string, number>()
  #all = 0

  /**
   * Make room for so many bytes.
   *
   * @returns gives the room back; call it once
   * @throws PeerworkError `BUSY`
   */
  take(peer: string, bytes: number): () => void {
    const own = this.#perPeer.get(peer) ?? 0
    if (own + bytes > PEER_BYTES_MAX || this.#all + bytes > ALL_BYTES_MAX) {
      const facts = { bytes, held: own, retryAfterMs: RETRY_AFTER_MS }
      throw new PeerworkError('BUSY', 'too many bytes of input are held already', facts)
    }
    this.#change(peer, bytes)
    return () => this.#change(peer, -bytes)
  }

  #change(peer: string, bytes: number): void {
    this.#all += bytes
    const own = (this.#perPeer.get(peer) ?? 0) + bytes
    if (own > 0) this.#perPeer.set(peer, own)
    else this.#perPeer.delete(peer)
  }
}
