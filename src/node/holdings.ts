/**
 * How many bytes of payloads are held for whom: inputs from the first byte to the end of the work,
 * outputs while they are on their way.
 *
 * A queue bounds the number of tasks, not their size: a few dozen payloads of the largest size
 * would fill the memory. Beyond the bound an agent is busy.
 */

import { PeerworkError } from '../protocol/errors.ts'

const MIB = 1024 * 1024
/** When to try again, ms: how long a large payload takes on a LAN. */
const RETRY_AFTER_MS = 2_000

export interface Bounds {
  readonly what: 'input' | 'output'
  /** Of one peer, bytes. */
  readonly peerBytes: number
  /** Of all peers, bytes. */
  readonly allBytes: number
}

/** Inputs: eight of the largest for one peer, as many as fit a small machine for all. */
export const INPUTS: Bounds = { what: 'input', peerBytes: 128 * MIB, allBytes: 384 * MIB }
/** Outputs: half of that, because one that finds no room waits on disk. */
export const OUTPUTS: Bounds = { what: 'output', peerBytes: 64 * MIB, allBytes: 192 * MIB }

export class Holdings {
  readonly #bounds: Bounds
  readonly #perPeer = new Map<string, number>()
  #all = 0

  constructor(bounds: Bounds = INPUTS) {
    this.#bounds = bounds
  }

  /** Bytes held for this peer. */
  of(peer: string): number {
    return this.#perPeer.get(peer) ?? 0
  }

  fits(peer: string, bytes: number): boolean {
    const { peerBytes, allBytes } = this.#bounds
    return this.of(peer) + bytes <= peerBytes && this.#all + bytes <= allBytes
  }

  /** @throws PeerworkError `BUSY` unless there is room for so many bytes */
  check(peer: string, bytes: number): void {
    if (this.fits(peer, bytes)) return
    const facts = { reason: 'memory', bytes, held: this.of(peer), retryAfterMs: RETRY_AFTER_MS }
    throw new PeerworkError(
      'BUSY',
      `too many bytes of ${this.#bounds.what} are held already`,
      facts
    )
  }

  /**
   * Make room for so many bytes.
   *
   * @returns gives the room back; call it once
   * @throws PeerworkError `BUSY`
   */
  take(peer: string, bytes: number): () => void {
    this.check(peer, bytes)
    this.#change(peer, bytes)
    return () => this.#change(peer, -bytes)
  }

  #change(peer: string, bytes: number): void {
    this.#all += bytes
    const own = this.of(peer) + bytes
    if (own > 0) this.#perPeer.set(peer, own)
    else this.#perPeer.delete(peer)
  }
}
