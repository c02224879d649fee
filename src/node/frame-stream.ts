/**
 * Frames over one libp2p stream: writes gathered in bounded groups, reads cut by a bounded parser.
 *
 * The first frame of an idle stream goes at once; frames that follow in the same turn go in groups
 * of at most 8 frames or 16 KiB. Unbounded gathering would let one side sign everything before the
 * other side sees anything; no gathering costs a system call a frame.
 */

import type { Stream } from '@libp2p/interface'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { encodeFrame, FrameParser } from '../protocol/frame.ts'
import { drained } from './drained.ts'

const GROUP_FRAMES_MAX = 8
const GROUP_BYTES_MAX = 16 * 1024
/** What may wait here for a peer that reads slowly, bytes; then the stream is given up. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024
/**
 * What a waiting frame costs besides its bytes, bytes: many small ones weigh more than they say.
 */
const FRAME_COST_BYTES = 256
/** How long a frame that can wait does, ms: longer than a short task takes, too short to notice. */
const COMPANY_MS = 2
/** How long an ending stream waits for a peer that reads slowly, ms. */
const END_MS_MAX = 2_000
const NOTHING = new Uint8Array(0)

export interface FrameHandlers {
  /** One whole frame, without its length. What it throws ends the stream. */
  frame(bytes: Uint8Array): void
  /** The stream is over; called once. `error` is what ended it, when it did not end well. */
  close(error: Error | undefined): void
  /** What may wait for a slow reader, bytes; asked when something waits. Default 16 MiB. */
  waitingBytesMax?(): number
}

export class FrameStream {
  readonly #stream: Stream
  readonly #parser: FrameParser
  readonly #handlers: FrameHandlers
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  /** Something was sent in this turn; more may follow until its end. */
  #gathering = false
  #draining = false
  #company: NodeJS.Timeout | undefined
  #closed = false
  #ending = false

  /** Group by group, until nothing waits or the stream is full. */
  readonly #flush = (): void => {
    while (this.#waiting.length > 0 && !this.#draining && !this.#closed) this.#write(this.#next())
  }

  readonly #endOfTurn = (): void => {
    this.#gathering = false
    this.#flush()
  }

  constructor(stream: Stream, bytesMax: number, handlers: FrameHandlers) {
    this.#stream = stream
    this.#parser = new FrameParser(bytesMax)
    this.#handlers = handlers
    stream.addEventListener('message', (event) => this.#receive(event.data))
    stream.addEventListener('close', (event) => this.#over(event.error))
    stream.addEventListener('end', () => this.#remoteEnded())
  }

  get closed(): boolean {
    return this.#closed
  }

  /** True while the peer reads slower than we write; then what is not vital should be left out. */
  get slow(): boolean {
    return this.#draining
  }

  /** Send one frame. Silently dropped once the stream is over: `close` has told already. */
  send(...parts: readonly Uint8Array[]): void {
    if (!this.#push(encodeFrame(...parts))) return
    if (this.#waiting.length >= GROUP_FRAMES_MAX || this.#waitingBytes >= GROUP_BYTES_MAX) {
      this.#flush()
    } else if (!this.#gathering) {
      this.#gathering = true
      queueMicrotask(this.#flush)
      setImmediate(this.#endOfTurn)
    }
  }

  /**
   * Send a frame that nobody hurries for together with the next one, or alone a moment later. An
   * `accepted` that travels with its result saves both sides a packet.
   */
  sendWithNext(...parts: readonly Uint8Array[]): void {
    if (!this.#push(encodeFrame(...parts))) return
    this.#company ??= setTimeout(() => {
      this.#company = undefined
      this.#flush()
    }, COMPANY_MS)
  }

  /** Send what waits and end this side; a peer that does not take it in time loses it. */
  async end(): Promise<void> {
    this.#flush()
    this.#ending = true
    const signal = AbortSignal.timeout(END_MS_MAX)
    try {
      while (this.#draining) await drained(this.#stream, signal)
      await this.#stream.close({ signal })
    } catch (error) {
      this.abort(toPeerworkError(error, 'PEER_LOST'))
    }
  }

  abort(error: Error): void {
    if (this.#closed) return
    this.#stream.abort(error)
    this.#over(error)
  }

  /** False when the stream is over, or is now. */
  #push(frame: Uint8Array): boolean {
    if (this.#closed || this.#ending) return false
    this.#waiting.push(frame)
    this.#waitingBytes += frame.length
    // Nobody is slow who was not yet written to.
    if (!this.#draining) return true
    const cost = this.#waitingBytes + this.#waiting.length * FRAME_COST_BYTES
    if (cost <= (this.#handlers.waitingBytesMax?.() ?? WAITING_BYTES_MAX)) return true
    this.abort(new PeerworkError('PEER_LOST', 'the peer does not read what it asked for'))
    return false
  }

  /** What goes next in one write: no more than a group. */
  #next(): Uint8Array {
    const [first = NOTHING] = this.#waiting
    let bytes = first.length
    let end = 1
    for (; end < this.#waiting.length && end < GROUP_FRAMES_MAX && bytes < GROUP_BYTES_MAX; end++) {
      bytes += this.#waiting[end]?.length ?? 0
    }
    this.#waitingBytes -= bytes
    const group = this.#waiting.splice(0, end)
    return end === 1 ? first : Buffer.concat(group, bytes)
  }

  #write(data: Uint8Array): void {
    try {
      if (!this.#stream.send(data)) void this.#drain()
    } catch (error) {
      this.#over(toPeerworkError(error, 'PEER_LOST'))
    }
  }

  async #drain(): Promise<void> {
    this.#draining = true
    try {
      await drained(this.#stream)
      this.#draining = false
      this.#flush()
    } catch (error) {
      this.abort(toPeerworkError(error, 'PEER_LOST'))
    }
  }

  #receive(data: Uint8Array | { subarray(): Uint8Array }): void {
    if (this.#closed) return
    try {
      const bytes = data instanceof Uint8Array ? data : data.subarray()
      for (const frame of this.#parser.push(bytes)) {
        this.#handlers.frame(frame)
        // A frame may be the last straw; what came with it is not looked at.
        if (this.#closed) return
      }
    } catch (error) {
      this.abort(toPeerworkError(error, 'MALFORMED'))
    }
  }

  #remoteEnded(): void {
    if (this.#parser.pending > 0) {
      this.abort(new PeerworkError('MALFORMED', 'the stream ended inside a frame'))
    } else if (!this.#ending) void this.end()
  }

  #over(error: Error | undefined): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#company)
    this.#waiting = []
    this.#handlers.close(error)
  }
}
