/**
 * `/peerwork/find/1`, both sides: ask peers whom they know, and tell what we know.
 *
 * The asker opens a stream and sends one frame; the other side answers with one, and both close.
 * Whoever is asked looks among its own peers, and only if there is nobody and the question allows
 * it asks some of them, once: a question never travels further than two steps.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { FIND_BYTES_MAX, FIND_PROTOCOL, WIRE_VERSION } from '../../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import { encodeFrame } from '../../protocol/frame.ts'
import type { PeerHint } from '../../protocol/message/card.ts'
import { decodeFindAnswer, decodeFindQuestion } from '../../protocol/message/find.ts'
import { encodeFindAnswer, encodeFindQuestion, FOUND_MAX } from '../../protocol/message/find.ts'
import type { FindQuestion } from '../../protocol/message/find.ts'
import { believable } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import type { KnownPeer, Peers } from '../peers.ts'
import { matchesId } from '../peers.ts'
import { readOne } from '../read-one.ts'
import { TokenBucket } from '../token-bucket.ts'
import { shuffled } from './shuffled.ts'

/**
 * One question and its answer, ms: on a machine that is full each side waits seconds for its turn,
 * and an answer that nobody waits for any more is asked for again. One that travels takes longer.
 */
const ANSWER_MS_MAX = 8_000
const FURTHER_MS_MAX = 12_000
/** When somebody was named, or nobody by some, the others are waited for this long, ms. */
const OTHERS_MS = { named: 100, none: 2_000 } as const
/** Peers of ours that a question travels on to, count. */
const FURTHER_MAX = 16
/** What one peer may ask: some tasks at once, count, and then so many a second. */
const OF_ONE = { burst: 64, perSecond: 16 } as const
/** Questions that travel on, of all peers together: each costs us up to `FURTHER_MAX` others. */
const TRAVELLING = { burst: 16, perSecond: 4 } as const
/** Peers whose questions are counted, count: several times the connections of any preset. */
const COUNTED_MAX = 1_024

export type Sought = Pick<FindQuestion, 'skill' | 'peer'>

export interface Named {
  /** In no order, addresses as far as they can be believed. */
  readonly hints: readonly PeerHint[]
  /** How many of those asked have not answered: they may know somebody. */
  readonly silent: number
}

export interface FinderOptions {
  readonly self: string
  readonly clock: Pick<Clock, 'elapsed' | 'chance'>
  readonly peers: Peers
  /** Where others can reach a peer of ours. */
  readonly hint: (peer: KnownPeer) => PeerHint
}

export class Finder {
  readonly #options: FinderOptions
  readonly #rates = new Map<string, TokenBucket>()
  readonly #travelling: TokenBucket

  constructor(options: FinderOptions) {
    this.#options = options
    this.#travelling = new TokenBucket(TRAVELLING, options.clock.elapsed)
  }

  /** Answer a peer's question. Never throws. */
  async answer(stream: Stream, connection: Connection): Promise<void> {
    const signal = AbortSignal.timeout(FURTHER_MS_MAX)
    const from = connection.remotePeer.toString()
    try {
      if (!this.#mayAsk(from)) throw new PeerworkError('BUSY', 'too many questions')
      const question = decodeFindQuestion(
        await readOne(stream, { what: 'a frame', bytesMax: FIND_BYTES_MAX, signal })
      )
      const found = await this.#look(question, from)
      const peers = found.slice(0, FOUND_MAX)
      stream.send(encodeFrame(encodeFindAnswer({ v: WIRE_VERSION, peers })))
      await stream.close({ signal })
    } catch (error) {
      stream.abort(toPeerworkError(error, 'MALFORMED'))
    }
  }

  /**
   * Ask these peers, all at once. Once somebody was named, or nobody by some, the others are
   * waited for no longer than a moment: one that hangs must not hold up a search.
   */
  async ask(asked: readonly KnownPeer[], sought: Sought, further: boolean): Promise<Named> {
    const question = { v: WIRE_VERSION, ...sought, further }
    const found = new Map<string, PeerHint>()
    const enough = Promise.withResolvers<void>()
    const timers: NodeJS.Timeout[] = []
    let silent = asked.length
    const questions = asked.map(async ({ connection }) => {
      const hints = await ask(connection, question).catch(() => undefined)
      if (hints !== undefined) silent--
      for (const hint of hints ?? []) {
        if (hint.id !== this.#options.self && !found.has(hint.id)) found.set(hint.id, hint)
      }
      const waitMs = found.size > 0 ? OTHERS_MS.named : OTHERS_MS.none
      timers.push(setTimeout(enough.resolve, waitMs).unref())
    })
    await Promise.race([Promise.all(questions), enough.promise])
    for (const timer of timers) clearTimeout(timer)
    return { hints: shuffled([...found.values()], this.#options.clock.chance), silent }
  }

  async #look({ skill, peer, further }: FindQuestion, from: string): Promise<PeerHint[]> {
    const { clock, peers, hint } = this.#options
    const others = shuffled(peers.all(), clock.chance).filter(({ id }) => id !== from)
    const fits = others.filter((one) => {
      return one.skills.some(({ name }) => name === skill) && (peer === undefined || is(one, peer))
    })
    if (fits.length > 0 || !further) return fits.map(hint)
    if (this.#travelling.take() === undefined) return []
    const sought = { skill, ...(peer !== undefined && { peer }) }
    const { hints } = await this.ask(others.slice(0, FURTHER_MAX), sought, false)
    return [...hints]
  }

  #mayAsk(peer: string): boolean {
    const rate = this.#rates.get(peer) ?? new TokenBucket(OF_ONE, this.#options.clock.elapsed)
    this.#rates.delete(peer)
    this.#rates.set(peer, rate)
    const [oldest = ''] = this.#rates.keys()
    if (this.#rates.size > COUNTED_MAX) this.#rates.delete(oldest)
    return rate.take() !== undefined
  }
}

const is = ({ id, name }: KnownPeer, text: string): boolean =>
  id === text || name === text || matchesId(id, text)

/** @throws PeerworkError what broke the stream, or what is wrong with the answer */
async function ask(connection: Connection, question: FindQuestion): Promise<PeerHint[]> {
  const signal = AbortSignal.timeout(question.further ? FURTHER_MS_MAX : ANSWER_MS_MAX)
  let stream: Stream | undefined
  try {
    stream = await connection.newStream(FIND_PROTOCOL, { signal, runOnLimitedConnection: true })
    stream.send(encodeFrame(encodeFindQuestion(question)))
    const { peers } = decodeFindAnswer(
      await readOne(stream, { what: 'a frame', bytesMax: FIND_BYTES_MAX, signal })
    )
    await stream.close({ signal })
    const link = connection.remoteAddr.toString()
    const hints = peers.map(({ id, addresses }) => ({ id, addresses: believable(addresses, link) }))
    return hints.filter(({ addresses }) => addresses.length > 0)
  } catch (error) {
    const known = toPeerworkError(error, 'PEER_LOST')
    stream?.abort(known)
    throw known
  }
}
