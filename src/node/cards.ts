/**
 * `/peerwork/card/1`: who are you, and what do you offer?
 *
 * Whoever dialled opens the stream and sends one frame: its sealed card, and addresses of peers it
 * knows. The other side answers with the same and both close. It happens on connect, when something
 * changed, and before a card expires. A card that does not fit ends the connection: discovered is
 * not admitted, and another network is not ours.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { decode, encode } from '../protocol/canonical.ts'
import { CARD_BYTES_MAX, CARD_LIFE_MS, CARD_PROTOCOL, WIRE_VERSION } from '../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { encodeFrame } from '../protocol/frame.ts'
import type { Identity } from '../protocol/identity.ts'
import { expectCard, HINTS_MAX, readCardExchange } from '../protocol/message/card.ts'
import type { Card, PeerHint } from '../protocol/message/card.ts'
import { open, seal } from '../protocol/seal.ts'
import type { Clock } from './clock.ts'
import type { OwnCard } from './own-card.ts'
import { readOne } from './read-one.ts'
import { TokenBucket } from './token-bucket.ts'

/** One exchange from first byte to last, ms, and more where answers take long (reach/pulse.ts). */
const EXCHANGE_MS_MAX = 5_000
/** How long a sealed card is used again, ms: whoever asks in a loop gets the same bytes. */
const REUSE_MS = 1_000
/** Exchanges that one peer may begin: some at once, count, and then so many a second. */
const EXCHANGES = { burst: 8, perSecond: 1 } as const
/** Peers whose exchanges are counted, count: several times the connections of any preset. */
const COUNTED_MAX = 1_024
/** Card and hints in one frame, bytes. */
const EXCHANGE_BYTES_MAX = CARD_BYTES_MAX + 64 * 1024

export interface CardsOptions {
  readonly identity: Identity
  readonly network: string
  readonly clock: Clock
  /** What to say of ourselves right now. */
  readonly describe: () => OwnCard
  /** Peers to tell others about. */
  readonly hints: () => readonly PeerHint[]
  /** A verified card came. */
  readonly learned: (card: Card, connection: Connection, hints: readonly PeerHint[]) => void
  readonly refused: (connection: Connection, error: PeerworkError) => void
  /** How long answers may take here, ms; the usual when not given. */
  readonly patienceMs?: () => number
  /** A peer asked so often that it got no answer. */
  readonly tooMany?: () => void
}

export class Cards {
  readonly #options: CardsOptions
  #seq = 0
  #renewals = 0
  readonly #rates = new Map<string, TokenBucket>()
  #ready: { card: Uint8Array; made: number } | undefined

  constructor(options: CardsOptions) {
    this.#options = options
  }

  /**
   * Exchange cards over a connection.
   *
   * @throws PeerworkError `WRONG_NETWORK` and whatever else is wrong with the peer's card
   */
  async exchange(connection: Connection): Promise<Card> {
    const signal = AbortSignal.timeout(this.#exchangeMs())
    let stream: Stream | undefined
    try {
      stream = await connection.newStream(CARD_PROTOCOL, { signal, runOnLimitedConnection: true })
      const shown = this.#renewals
      stream.send(encodeFrame(this.#own()))
      const card = this.#take(
        await readOne(stream, { what: 'a card', bytesMax: EXCHANGE_BYTES_MAX, signal }),
        connection
      )
      await stream.close({ signal })
      // Renewed in between, when this peer was not yet one to be told: it knows the old card alone.
      if (shown !== this.#renewals) this.exchange(connection).catch(() => undefined)
      return card
    } catch (error) {
      const known = toPeerworkError(error, 'MALFORMED')
      stream?.abort(known)
      throw known
    }
  }

  /** Answer an exchange that a peer began. Ends the connection when its card does not fit. */
  async answer(stream: Stream, connection: Connection): Promise<void> {
    if (!this.#mayAsk(connection.remotePeer.toString())) {
      // Without a look at what it says: reading cards is the work that must not be had for nothing.
      stream.abort(new PeerworkError('BUSY', 'too many card exchanges'))
      this.#options.tooMany?.()
      return
    }
    const signal = AbortSignal.timeout(this.#exchangeMs())
    try {
      const frame = await readOne(stream, { what: 'a card', bytesMax: EXCHANGE_BYTES_MAX, signal })
      // Answer first: a peer of another network then learns why it is turned away. Learn in the
      // same turn: of two newcomers at once, the one that is answered second has to hear of the
      // first.
      stream.send(encodeFrame(this.#own()))
      const wrong = this.#misfit(frame, connection)
      await stream.close({ signal })
      if (wrong === undefined) return
      // The connection ends now; at once, its end could overtake our answer.
      await untilOver(stream, signal)
      throw wrong
    } catch (error) {
      const known = toPeerworkError(error, 'MALFORMED')
      if (stream.status === 'open') stream.abort(known)
      this.#options.refused(connection, known)
    }
  }

  /**
   * Whether others would take what we say of ourselves.
   *
   * @throws PeerworkError `BAD_OPTION` or `SKILL_INVALID`, naming the limit
   */
  check(): void {
    const { identity, network, clock } = this.#options
    const opened = open(
      this.#card(),
      expectCard({ network, sender: identity.id, now: clock.now() })
    )
    if (opened.ok) return
    const { message } = opened.error
    const code = /skills|bytes/.test(message) ? 'SKILL_INVALID' : 'BAD_OPTION'
    throw new PeerworkError(code, `no peer would take the card of this agent: ${message}`)
  }

  /** What we say of ourselves has changed: the next exchange carries a new card. */
  renew(): void {
    this.#renewals++
    this.#ready = undefined
  }

  #exchangeMs(): number {
    return Math.max(EXCHANGE_MS_MAX, this.#options.patienceMs?.() ?? 0)
  }

  #mayAsk(peer: string): boolean {
    const rate = this.#rates.get(peer) ?? new TokenBucket(EXCHANGES, this.#options.clock.elapsed)
    this.#rates.delete(peer)
    this.#rates.set(peer, rate)
    // The longest silent one, whose bucket is the fullest.
    const [oldest = ''] = this.#rates.keys()
    if (this.#rates.size > COUNTED_MAX) this.#rates.delete(oldest)
    return rate.take() !== undefined
  }

  #own(): Uint8Array {
    return encode({ card: this.#card(), peers: this.#options.hints().slice(0, HINTS_MAX) })
  }

  #card(): Uint8Array {
    const { identity, network, clock, describe } = this.#options
    const now = clock.now()
    const ready = this.#ready
    if (ready !== undefined && now >= ready.made && now - ready.made < REUSE_MS) return ready.card
    // Grows across restarts too, without being stored.
    this.#seq = Math.max(this.#seq + 1, now)
    const body: Card = {
      ...{ v: WIRE_VERSION, network, from: identity.id, issued: now, expires: now + CARD_LIFE_MS },
      seq: this.#seq,
      ...describe()
    }
    const card = seal('card', body, identity).bytes
    this.#ready = { card, made: now }
    return card
  }

  /** Take a card in, or say what is wrong with it. */
  #misfit(frame: Uint8Array, connection: Connection): PeerworkError | undefined {
    try {
      this.#take(frame, connection)
      return undefined
    } catch (error) {
      return toPeerworkError(error, 'MALFORMED')
    }
  }

  #take(frame: Uint8Array, connection: Connection): Card {
    const { network, clock, learned } = this.#options
    const { card, peers } = readCardExchange(decode(frame))
    const sender = connection.remotePeer.toString()
    const opened = open(card, expectCard({ network, sender, now: clock.now() }))
    if (!opened.ok) throw opened.error
    learned(opened.sealed.body, connection, peers)
    return opened.sealed.body
  }
}

/** Resolves when both sides have closed the stream, or the signal aborts. */
function untilOver(stream: Stream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = ['closed', 'aborted', 'reset'].includes(stream.status)
    if (over || signal.aborted) resolve()
    stream.addEventListener('close', () => resolve(), { once: true })
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
