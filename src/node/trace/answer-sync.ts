/**
 * `/peerwork/trace-sync/1`, the holder's side: who may ask, how much at once, and how fast.
 *
 * One question a stream, and then frames, one after the other as fast as the asker takes them:
 * what waits is what the stream holds, and a slow asker costs no memory. The holder ends the
 * stream, at the latest at an absolute deadline, and soon after the asker has lost its role.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import { decodeSyncQuestion } from '../../protocol/trace-sync.ts'
import type { SyncFrame, SyncQuestion } from '../../protocol/trace-sync.ts'
import type { Clock } from '../clock.ts'
import { readOne } from '../read-one.ts'
import { TokenBucket } from '../token-bucket.ts'
import { askerOf } from './sync-asker.ts'
import type { SyncAsker } from './sync-asker.ts'
import { crowded, SyncPlaces } from './sync-places.ts'
import type { SyncPlace } from './sync-places.ts'
import { SyncRates } from './sync-rates.ts'
import { STALLED_MS_MAX, SyncWriter } from './sync-writer.ts'

/** From opening a stream to its question, ms: both leave in the same turn. */
const QUESTION_MS_MAX = 5_000
/** A question, bytes: 32 ranges and two ids. */
const QUESTION_BYTES_MAX = 4 * 1024
/** A list or some ranges, ms: 30 MB over a slow line. */
const ANSWER_MS_MAX = 60_000
/** A tail, ms; the asker opens another one, and has to be allowed it again. */
export const TAIL_MS_MAX = 10 * 60_000
/** For what is on its way when an answer's time is over, ms; the asker waits as long again. */
const LAST_MS_MAX = 5_000
/** Tails at once, of all peers, count: as many observers as a large network has. */
const TAILS_MAX = 32
/** Answers at once, of all peers, count. */
const ANSWERS_MAX = 8
/** Of them to one peer, count: nobody who reads slowly takes the turns of all others. */
const ANSWERS_OF_ONE_MAX = 4
/** How long an answer keeps its place when another asker has none, ms: some 8 MB over a LAN. */
const TURN_MS = 5_000
/** What all traces together may take of relayed links, bytes: a minute's worth, and a second's. */
const OVER_RELAYS = { burst: 1024 * 1024, perSecond: (1024 * 1024) / 60 } as const
/** How often everybody who is answered is looked at again, ms: roles and certificates end. */
const LOOK_MS = 1_000

interface Tailing {
  readonly keeps: boolean
  readonly end: AbortController
  readonly place: SyncPlace
  /** Of the tail before, which may still be sending its last. */
  readonly older: SyncPlace | undefined
  /** Resolves when it has ended. */
  readonly done: Promise<void>
}

export interface AnswerSyncOptions {
  readonly clock: Pick<Clock, 'elapsed'>
  /** A list or some ranges, ms; unless it is given, a minute. */
  readonly answerMsMax?: number
  readonly mayObserve: (peer: string) => boolean
  /** Whether the network gave it the role, or the operator listed it: it comes before strangers. */
  readonly isNamed: (peer: string) => boolean
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
  readonly #rates: SyncRates
  readonly #overRelays: TokenBucket
  readonly #tails = new Map<string, Tailing>()
  readonly #tailPlaces: SyncPlaces
  readonly #answerPlaces: SyncPlaces
  /** Everybody to whom something is sent. */
  readonly #open = new Set<SyncPlace>()
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(options: AnswerSyncOptions) {
    this.#options = options
    const { elapsed } = options.clock
    this.#rates = new SyncRates(elapsed)
    this.#overRelays = new TokenBucket(OVER_RELAYS, elapsed)
    this.#tailPlaces = new SyncPlaces({ max: TAILS_MAX, ofOneMax: 1, elapsed })
    this.#answerPlaces = new SyncPlaces({
      ...{ max: ANSWERS_MAX, ofOneMax: ANSWERS_OF_ONE_MAX, turnMs: TURN_MS, elapsed }
    })
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
      const writer = new SyncWriter(stream, connection, this.#overRelays)
      await this.#admitted(question, writer, askerOf(connection, this.#options.isNamed))
    } catch (error) {
      stream.abort(toPeerworkError(error, 'MALFORMED'))
    }
  }

  async #admitted(question: SyncQuestion, writer: SyncWriter, asker: SyncAsker): Promise<void> {
    const place = this.#admit(question, asker)
    if (place instanceof PeerworkError) {
      this.#options.refused(place)
      return writer.refuse(place)
    }
    this.#open.add(place)
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref()
    try {
      if (question.type === 'tail') await this.#tail(question, writer, place)
      else await this.#answer(question, writer, place)
    } catch (error) {
      if (!place.cut.aborted) throw error
      const why = toPeerworkError(place.cut.reason)
      this.#options.refused(why)
      await writer.refuse(why)
    } finally {
      place.leave()
      this.#open.delete(place)
    }
  }

  #answer(question: SyncQuestion, writer: SyncWriter, place: SyncPlace): Promise<void> {
    const { answerMsMax: ms = ANSWER_MS_MAX } = this.#options
    const times = { until: AbortSignal.timeout(ms), lastMs: LAST_MS_MAX }
    return this.#send(question, writer, { ...times, place })
  }

  async #tail(
    question: SyncQuestion & { type: 'tail' },
    writer: SyncWriter,
    place: SyncPlace
  ): Promise<void> {
    const { peer } = place.asker
    const end = new AbortController()
    const { promise: done, resolve } = Promise.withResolvers<void>()
    const older = this.#tails.get(peer)?.place
    this.#tails.set(peer, { keeps: question.keeps, end, place, older, done })
    this.#options.tails()
    const gone = (): void => {
      if (this.#tails.get(peer)?.place === place) this.#tails.delete(peer)
      this.#options.tails()
    }
    // Whoever has lost its place counts no more, however long its stream takes to end.
    place.cut.addEventListener('abort', gone, { once: true })
    const until = AbortSignal.any([end.signal, AbortSignal.timeout(TAIL_MS_MAX)])
    try {
      // When it is over, whoever reads still gets what there is.
      await this.#send(question, writer, { until, lastMs: STALLED_MS_MAX, place })
    } finally {
      place.cut.removeEventListener('abort', gone)
      gone()
      resolve()
    }
  }

  async #send(
    question: SyncQuestion,
    writer: SyncWriter,
    { until, lastMs, place }: Sending
  ): Promise<void> {
    const { cut, asker } = place
    const signal = AbortSignal.any([until, cut, writer.closed, this.#stopping.signal])
    // When nothing is written any more, however slowly it is read.
    const late = new AbortController()
    const begin = (): void => void setTimeout(() => late.abort(), lastMs).unref()
    if (signal.aborted) begin()
    else signal.addEventListener('abort', begin, { once: true })
    const over = AbortSignal.any([late.signal, cut, writer.closed])
    for await (const frame of this.#options.serve(question, signal, asker.peer)) {
      await writer.write(frame, over)
    }
    cut.throwIfAborted()
    await writer.end()
  }

  #admit(question: SyncQuestion, asker: SyncAsker): SyncPlace | PeerworkError {
    if (!this.#options.mayObserve(asker.peer)) return roleMissing()
    if (!this.#rates.take(asker, question.type)) return crowded()
    if (question.type !== 'tail') return this.#answerPlaces.take(asker) ?? crowded()
    // One of each peer: the newer one is what it wants. The one before that is cut off.
    const before = this.#tails.get(asker.peer)
    before?.older?.giveUp(crowded())
    before?.place.leave()
    before?.end.abort()
    return this.#tailPlaces.take(asker) ?? crowded()
  }

  /** Who is out, or has lost the role, gets nothing more. */
  #look(): void {
    if (this.#open.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    for (const place of this.#open) {
      if (!this.#options.mayObserve(place.asker.peer)) place.giveUp(roleMissing())
    }
  }
}

interface Sending {
  readonly until: AbortSignal
  /** For what is on its way then, ms. */
  readonly lastMs: number
  readonly place: SyncPlace
}

function roleMissing(): PeerworkError {
  const text = 'only who has the role observe may read traces'
  return new PeerworkError('ROLE_MISSING', text, { role: 'observe' })
}
