/**
 * `/peerwork/trace-sync/1`, the holder's side: who may ask, how much at once, and how fast.
 *
 * One question a stream, and then frames, one after the other as fast as the asker takes them:
 * what waits is what the stream holds, and a slow asker costs no memory. The holder ends the
 * stream, at the latest at an absolute deadline.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { PeerworkError, toPeerworkError, toRecord } from '../../protocol/errors.ts'
import { encodeFrame } from '../../protocol/frame.ts'
import { decodeSyncQuestion, encodeSyncFrame } from '../../protocol/trace-sync.ts'
import type { SyncFrame, SyncQuestion } from '../../protocol/trace-sync.ts'
import type { Clock } from '../clock.ts'
import { drained } from '../drained.ts'
import { linkKind } from '../reach/relayed.ts'
import { readOne } from '../read-one.ts'
import { TokenBucket } from '../token-bucket.ts'

/** From opening a stream to its question, ms: both leave in the same turn. */
const QUESTION_MS_MAX = 5_000
/** A question, bytes: 32 ranges and two ids. */
const QUESTION_BYTES_MAX = 4 * 1024
/** A list or some ranges, ms: 30 MB over a slow line. */
const ANSWER_MS_MAX = 60_000
/** A tail, ms; the asker opens another one, and has to be allowed it again. */
export const TAIL_MS_MAX = 10 * 60_000
/** For what is on its way when that is over, ms; the asker waits as long again. */
const LAST_MS_MAX = 5_000
/** Longest silence of an asker whose stream is full, ms. */
const STALLED_MS_MAX = 30_000
/** Tails at once, of all peers, count: as many observers as a large network has. */
const TAILS_MAX = 32
/** Answers at once, of all peers, count. */
const ANSWERS_MAX = 8
/** Of them to one peer, count: nobody who reads slowly takes the turns of all others. */
const ANSWERS_OF_ONE_MAX = 4
/** What one peer may ask: lists and ranges at once, count, and then so many a second. */
const OF_ONE = { burst: 64, perSecond: 8 } as const
/** Peers whose questions are counted, count: several times the connections of any preset. */
const COUNTED_MAX = 1_024
/** What all traces together may take of relayed links, bytes: a minute's worth, and a second's. */
const OVER_RELAYS = { burst: 1024 * 1024, perSecond: (1024 * 1024) / 60 } as const
/** How long a frame may wait for its share of a relayed link, ms. */
const SHARE_MS_MAX = 60_000

interface Tailing {
  readonly keeps: boolean
  readonly end: AbortController
  /** Resolves when it has ended. */
  readonly done: Promise<void>
}

export interface AnswerSyncOptions {
  readonly clock: Pick<Clock, 'elapsed'>
  /** A list or some ranges, ms; unless it is given, a minute. */
  readonly answerMsMax?: number
  readonly mayObserve: (peer: string) => boolean
  readonly serve: (
    question: SyncQuestion,
    signal: AbortSignal,
    peer: string
  ) => AsyncIterable<SyncFrame>
  /** Tails that began or ended. */
  readonly tails: () => void
  readonly refused: (error: PeerworkError) => void
}

export class AnswerSync {
  readonly #options: AnswerSyncOptions
  readonly #rates = new Map<string, TokenBucket>()
  readonly #overRelays: TokenBucket
  readonly #tails = new Map<string, Tailing>()
  readonly #stopping = new AbortController()
  #answers = 0
  readonly #answersTo = new Map<string, number>()

  constructor(options: AnswerSyncOptions) {
    this.#options = options
    this.#overRelays = new TokenBucket(OVER_RELAYS, options.clock.elapsed)
  }

  /** Whether anybody tails who keeps what it gets. */
  get tailed(): boolean {
    return this.keepers().length > 0
  }

  /** Peers that tail and keep what they get: observers. */
  keepers(): string[] {
    return [...this.#tails].filter(([, { keeps }]) => keeps).map(([peer]) => peer)
  }

  /** Resolves when everybody who tails has everything, or is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    while (this.#tails.size > 0) {
      await Promise.race([...this.#tails.values()].map(({ done }) => done))
    }
  }

  /** Answer one stream. Never throws. */
  async answer(stream: Stream, connection: Connection): Promise<void> {
    try {
      const question = decodeSyncQuestion(
        await readOne(stream, {
          ...{ what: 'a trace question', bytesMax: QUESTION_BYTES_MAX },
          signal: AbortSignal.timeout(QUESTION_MS_MAX)
        })
      )
      await this.#admitted(question, new Writer(stream, connection, this.#overRelays))
    } catch (error) {
      stream.abort(toPeerworkError(error, 'MALFORMED'))
    }
  }

  async #admitted(question: SyncQuestion, writer: Writer): Promise<void> {
    const { peer } = writer
    try {
      this.#admit(question, peer)
    } catch (thrown) {
      const error = toPeerworkError(thrown)
      this.#options.refused(error)
      await writer.write(refusal(error), AbortSignal.timeout(QUESTION_MS_MAX))
      return writer.end()
    }
    if (question.type === 'tail') await this.#tail(question, writer)
    else await this.#answer(question, writer)
  }

  async #answer(question: SyncQuestion, writer: Writer): Promise<void> {
    const { peer } = writer
    this.#count(peer, 1)
    try {
      const { answerMsMax: ms = ANSWER_MS_MAX } = this.#options
      const [until, late] = [AbortSignal.timeout(ms), AbortSignal.timeout(ms + LAST_MS_MAX)]
      await this.#send(question, writer, { until, late })
    } finally {
      this.#count(peer, -1)
    }
  }

  #count(peer: string, more: 1 | -1): void {
    this.#answers += more
    const own = (this.#answersTo.get(peer) ?? 0) + more
    if (own > 0) this.#answersTo.set(peer, own)
    else this.#answersTo.delete(peer)
  }

  async #tail(question: SyncQuestion & { type: 'tail' }, writer: Writer): Promise<void> {
    const { peer } = writer
    const end = new AbortController()
    // One of each peer: the newer one is what it wants.
    this.#tails.get(peer)?.end.abort()
    const { promise: done, resolve } = Promise.withResolvers<void>()
    this.#tails.set(peer, { keeps: question.keeps, end, done })
    this.#options.tails()
    const until = AbortSignal.any([end.signal, AbortSignal.timeout(TAIL_MS_MAX)])
    // When it is over, whoever reads still gets what there is.
    const late = AbortSignal.timeout(TAIL_MS_MAX + STALLED_MS_MAX)
    try {
      await this.#send(question, writer, { until, late })
    } finally {
      if (this.#tails.get(peer)?.end === end) this.#tails.delete(peer)
      resolve()
      this.#options.tails()
    }
  }

  /** @param late when nothing is written any more, however slowly it is read */
  async #send(
    question: SyncQuestion,
    writer: Writer,
    { until, late }: { readonly until: AbortSignal; readonly late: AbortSignal }
  ): Promise<void> {
    const signal = AbortSignal.any([until, writer.closed, this.#stopping.signal])
    const over = AbortSignal.any([late, writer.closed])
    for await (const frame of this.#options.serve(question, signal, writer.peer)) {
      await writer.write(frame, over)
    }
    await writer.end()
  }

  /** @throws PeerworkError `ROLE_MISSING`, `BUSY` */
  #admit(question: SyncQuestion, peer: string): void {
    if (!this.#options.mayObserve(peer)) {
      const text = 'only who has the role observe may read traces'
      throw new PeerworkError('ROLE_MISSING', text, { role: 'observe' })
    }
    const rate = this.#rates.get(peer) ?? new TokenBucket(OF_ONE, this.#options.clock.elapsed)
    this.#rates.delete(peer)
    this.#rates.set(peer, rate)
    const [oldest = ''] = this.#rates.keys()
    if (this.#rates.size > COUNTED_MAX) this.#rates.delete(oldest)
    const tails = question.type === 'tail' && !this.#tails.has(peer)
    const own = this.#answersTo.get(peer) ?? 0
    const answers = this.#answers >= ANSWERS_MAX || own >= ANSWERS_OF_ONE_MAX
    const full = tails ? this.#tails.size >= TAILS_MAX : answers
    if (!full && rate.take() !== undefined) return
    throw new PeerworkError('BUSY', 'too many questions about traces', { retryAfterMs: 5_000 })
  }
}

const refusal = (error: PeerworkError): SyncFrame => ({
  kind: 'answer',
  answer: { type: 'refused', error: toRecord(error) }
})

/** One frame at a time, each waiting until the asker has room. */
class Writer {
  readonly peer: string
  readonly #stream: Stream
  readonly #budget: TokenBucket | undefined
  readonly #closed = new AbortController()

  constructor(stream: Stream, connection: Connection, overRelays: TokenBucket) {
    this.peer = connection.remotePeer.toString()
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

  async end(): Promise<void> {
    await this.#stream.close({ signal: AbortSignal.timeout(QUESTION_MS_MAX) })
  }

  /** A relay passes on the work of others: traces wait for their turn. */
  async #share(bytes: number, signal: AbortSignal): Promise<void> {
    const waitMs = this.#budget?.take(bytes, SHARE_MS_MAX)
    if (waitMs === undefined) {
      throw new PeerworkError('RELAY_LIMIT', 'too many traces for a relayed link', { bytes })
    }
    if (waitMs === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, waitMs)
    signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    clearTimeout(timer)
  }
}
