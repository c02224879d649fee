/** Answers about traces on their way out: one frame at a time, each when the asker has room. */

import type { Connection, Stream } from '@libp2p/interface'
import { PeerworkError, toRecord } from '../../protocol/errors.ts'
import { encodeFrame } from '../../protocol/frame.ts'
import { encodeSyncFrame } from '../../protocol/trace-sync.ts'
import type { SyncFrame } from '../../protocol/trace-sync.ts'
import { drained } from '../drained.ts'
import { linkKind } from '../reach/relayed.ts'
import type { TokenBucket } from '../token-bucket.ts'

/** Longest silence of an asker whose stream is full, ms. */
export const STALLED_MS_MAX = 30_000
/** To end a stream in order, ms; then it is cut off. */
const END_MS_MAX = 5_000
/** How long a frame may wait for its share of a relayed link, ms. */
const SHARE_MS_MAX = 60_000

export class SyncWriter {
  readonly #stream: Stream
  readonly #budget: TokenBucket | undefined
  readonly #closed = new AbortController()

  /** @param overRelays what all traces together may take of relayed links, bytes */
  constructor(stream: Stream, connection: Connection, overRelays: TokenBucket) {
    this.#stream = stream
    this.#budget = linkKind(connection) === 'relayed' ? overRelays : undefined
    stream.addEventListener('close', () => this.#closed.abort())
    if (stream.status !== 'open') this.#closed.abort()
  }

  /** Aborts when the stream is over. */
  get closed(): AbortSignal {
    return this.#closed.signal
  }

  /** @throws PeerworkError `PEER_LOST`, `DEADLINE_EXCEEDED`, `RELAY_LIMIT` */
  async write(frame: SyncFrame, signal: AbortSignal): Promise<void> {
    const bytes = encodeFrame(...encodeSyncFrame(frame))
    if (this.#budget !== undefined) await this.#share(bytes.length, signal)
    if (signal.aborted) throw new PeerworkError('PEER_LOST', 'the asker closed the stream')
    if (this.#stream.send(bytes)) return
    await drained(this.#stream, AbortSignal.any([signal, AbortSignal.timeout(STALLED_MS_MAX)]))
  }

  /** Say why, and end: whoever does not read that does not hold us up. */
  async refuse(error: PeerworkError): Promise<void> {
    if (this.closed.aborted) return
    const answer = { type: 'refused', error: toRecord(error) } as const
    this.#stream.send(encodeFrame(...encodeSyncFrame({ kind: 'answer', answer })))
    await this.end()
  }

  async end(): Promise<void> {
    try {
      await this.#stream.close({ signal: AbortSignal.timeout(END_MS_MAX) })
    } catch {
      this.#stream.abort(new PeerworkError('DEADLINE_EXCEEDED', 'the asker reads nothing'))
    }
  }

  /** A relay passes on the work of others: traces wait for their turn. */
  async #share(bytes: number, signal: AbortSignal): Promise<void> {
    const waitMs = this.#budget?.take(bytes, SHARE_MS_MAX)
    if (waitMs === undefined) {
      throw new PeerworkError('RELAY_LIMIT', 'too many traces for a relayed link', { bytes })
    }
    if (waitMs === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const over = (): void => resolve()
    const timer = setTimeout(over, waitMs)
    signal.addEventListener('abort', over, { once: true })
    await promise
    clearTimeout(timer)
    signal.removeEventListener('abort', over)
  }
}
