/**
 * `/peerwork/probe/1`: a peer looks whether our port can be reached from where it is.
 *
 * The asker opens a stream and sends one frame, the port; the other side dials that port at the
 * address the asker is connected from, answers with one frame, and both close. Whoever is asked
 * dials no other address, few at once and few a second, says nothing but libp2p's greeting, and
 * tells no more than whether it was returned.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { PROBE_BYTES_MAX, PROBE_PROTOCOL, WIRE_VERSION } from '../../protocol/constants.ts'
import { PeerworkError, fromRecord, toPeerworkError, toRecord } from '../../protocol/errors.ts'
import type { ErrorRecord } from '../../protocol/errors.ts'
import { encodeFrame } from '../../protocol/frame.ts'
import { decodeAnswer, decodeQuestion, encodeAnswer } from '../../protocol/message/probe.ts'
import { encodeQuestion } from '../../protocol/message/probe.ts'
import type { Clock } from '../clock.ts'
import { readOne } from '../read-one.ts'
import { TokenBucket } from '../token-bucket.ts'
import { probePort } from './probe-port.ts'
import type { PortState } from './probe-port.ts'

/** One exchange, from opening the stream to the answer, ms: the dial back takes 3 s at most. */
const EXCHANGE_MS_MAX = 6_000
/** Ports dialled back at once, count. */
const DIALLING_MAX = 4
/** What one peer may ask for: a person who runs `doctor` a few times; then one in ten seconds. */
const OF_ONE = { burst: 3, perSecond: 0.1 } as const
/** What all of them together may ask for. */
const OF_ALL = { burst: 16, perSecond: 2 } as const
/** Peers whose questions are counted, count: several times the connections of any preset. */
const COUNTED_MAX = 1_024

export interface DialBackOptions {
  readonly clock: Pick<Clock, 'elapsed'>
  /** A question was not answered with a look. */
  readonly refused: (error: PeerworkError) => void
}

export class DialBack {
  readonly #options: DialBackOptions
  readonly #all: TokenBucket
  readonly #rates = new Map<string, TokenBucket>()
  #dialling = 0

  constructor(options: DialBackOptions) {
    this.#options = options
    this.#all = new TokenBucket(OF_ALL, options.clock.elapsed)
  }

  /** Answer a peer's question. Never throws. */
  async answer(stream: Stream, connection: Connection): Promise<void> {
    const signal = AbortSignal.timeout(EXCHANGE_MS_MAX)
    try {
      const { port } = decodeQuestion(
        await readOne(stream, { what: 'an answer', bytesMax: PROBE_BYTES_MAX, signal })
      )
      const answer = await this.#look(port, connection, signal)
      stream.send(encodeFrame(encodeAnswer({ v: WIRE_VERSION, ...answer })))
      await stream.close({ signal })
    } catch (error) {
      stream.abort(toPeerworkError(error, 'MALFORMED'))
    }
  }

  async #look(port: number, connection: Connection, signal: AbortSignal) {
    try {
      const host = hostOf(connection)
      this.#admit(connection.remotePeer.toString())
      this.#dialling++
      try {
        return { state: await probePort(host, port, signal), from: `/${family(host)}/${host}` }
      } finally {
        this.#dialling--
      }
    } catch (thrown) {
      const error = toPeerworkError(thrown)
      this.#options.refused(error)
      return { error: toRecord(error) }
    }
  }

  /** @throws PeerworkError `BUSY` */
  #admit(peer: string): void {
    const rate = this.#rates.get(peer) ?? new TokenBucket(OF_ONE, this.#options.clock.elapsed)
    this.#rates.delete(peer)
    this.#rates.set(peer, rate)
    const [oldest = ''] = this.#rates.keys()
    if (this.#rates.size > COUNTED_MAX) this.#rates.delete(oldest)
    const busy = this.#dialling >= DIALLING_MAX
    if (!busy && rate.take() !== undefined && this.#all.take() !== undefined) return
    throw new PeerworkError('BUSY', 'too many ports to look at', { retryAfterMs: 10_000 })
  }
}

export interface PortSeen {
  readonly state: PortState
  /** Where this agent is seen, as `/ip4/…`. */
  readonly from: string
}

/**
 * Ask a peer to look at a port of ours.
 *
 * @throws PeerworkError why it did not look: `BUSY`, `BAD_ADDRESS`, or what broke the stream
 */
export async function askForLook(connection: Connection, port: number): Promise<PortSeen> {
  const signal = AbortSignal.timeout(EXCHANGE_MS_MAX)
  let stream: Stream | undefined
  try {
    stream = await connection.newStream(PROBE_PROTOCOL, { signal })
    stream.send(encodeFrame(encodeQuestion({ v: WIRE_VERSION, port })))
    const { state, from, error } = decodeAnswer(
      await readOne(stream, { what: 'an answer', bytesMax: PROBE_BYTES_MAX, signal })
    )
    await stream.close({ signal })
    if (state !== undefined && from !== undefined) return { state, from }
    if (error !== undefined) throw fromRecord(error as ErrorRecord)
    throw new PeerworkError('MALFORMED', 'an answer that says nothing')
  } catch (error) {
    const known = toPeerworkError(error, 'PEER_LOST')
    stream?.abort(known)
    throw known
  }
}

/**
 * The IP address a peer is connected from.
 *
 * @throws PeerworkError `BAD_ADDRESS` behind a relay, where the address is that of the relay
 */
function hostOf({ remoteAddr }: Connection): string {
  const text = remoteAddr.toString()
  const [, host] = /^\/ip[46]\/([0-9a-fA-F.:]+)\/tcp\/\d+(?:\/p2p\/\w+)?$/.exec(text) ?? []
  if (host !== undefined) return host
  throw new PeerworkError('BAD_ADDRESS', 'your address is not known: this link is relayed')
}

const family = (host: string): string => (host.includes(':') ? 'ip6' : 'ip4')
