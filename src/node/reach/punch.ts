/**
 * `/peerwork/punch/1`: from a relayed link to a direct one, through two NATs.
 *
 * Both sides are connected to the relay, which sees each at an outside port; from the inside port
 * of that very connection each dials the other's outside port, at the same moment. Each NAT then
 * takes what comes in for the answer to what went out (TCP simultaneous open, RFC 9293 3.5). It
 * works where a NAT keeps one outside port for one inside port, and fails where it takes a new one
 * for each destination; then the link stays relayed.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { PUNCH_PROTOCOL } from '../../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import { encodeFrame, FrameParser } from '../../protocol/frame.ts'
import { decodePunch, encodePunch, PUNCH_FRAME_BYTES_MAX } from '../../protocol/message/punch.ts'
import type { PunchFrame } from '../../protocol/message/punch.ts'
import { scopeOf } from '../addresses.ts'
import { pull } from '../pull.ts'
import { relayOf } from './relayed.ts'

/** Agreeing, over the relay, ms. */
const AGREE_MS_MAX = 5_000
/** Pause of whoever was too early, ms: some round trips of a packet. */
const EARLY_MS = 100
/** Dialling at the same time, ms: three SYNs, of which the second finds the other's door open. */
const DIAL_MS_MAX = 5_000

/** How we come out of our NAT towards one relay. */
export interface Door {
  /** Where the relay sees us, as `/ip4/…/tcp/…`. */
  readonly seen: string
  /** The port inside. */
  readonly localPort: number
}

export interface PunchOptions {
  /** Whether this peer may make us punch now. Throws `BUSY`. */
  readonly admit: (peer: string) => void
  /** How we come out towards this relay; undefined when that is not known. */
  readonly doorTo: (relay: string) => Door | undefined
  /** Dial from a port; `initiator` begins the handshakes. */
  readonly dialFrom: (dial: {
    readonly address: string
    readonly localPort: number
    readonly initiator: boolean
    readonly signal: AbortSignal
  }) => Promise<Connection>
  readonly sleep: (ms: number) => Promise<void>
  readonly elapsed: () => number
}

/**
 * Punch, as the side that dialled the relayed link.
 *
 * @throws PeerworkError `DIAL_FAILED` when it did not work
 */
export async function punch(relayed: Connection, options: PunchOptions): Promise<Connection> {
  const signal = AbortSignal.timeout(AGREE_MS_MAX)
  const door = doorOf(relayed, options)
  let stream: Stream | undefined
  let theirs: string
  try {
    stream = await relayed.newStream(PUNCH_PROTOCOL, { signal, runOnLimitedConnection: true })
    const frames = framesOf(stream, signal)
    const asked = options.elapsed()
    send(stream, { seen: [door.seen] })
    theirs = seenOf(await next(frames))
    const roundTrip = options.elapsed() - asked
    send(stream, { go: true })
    await stream.close({ signal })
    // Our word takes half a round trip; then both begin at once.
    await options.sleep(roundTrip / 2)
  } catch (error) {
    const known = toPeerworkError(error, 'DIAL_FAILED')
    stream?.abort(known)
    throw known
  }
  return meet(relayed, { door, theirs, initiator: true }, options)
}

/** Answer a punch. Resolves with the direct link; throws what `punch` throws. */
export async function answerPunch(
  stream: Stream,
  relayed: Connection,
  options: PunchOptions
): Promise<Connection> {
  const signal = AbortSignal.timeout(AGREE_MS_MAX)
  let door: Door
  let theirs: string
  try {
    options.admit(relayed.remotePeer.toString())
    door = doorOf(relayed, options)
    const frames = framesOf(stream, signal)
    theirs = seenOf(await next(frames))
    send(stream, { seen: [door.seen] })
    const { go } = await next(frames)
    if (go !== true) throw new PeerworkError('MALFORMED', 'no word to go')
    await stream.close({ signal })
  } catch (error) {
    const known = toPeerworkError(error, 'DIAL_FAILED')
    stream.abort(known)
    throw known
  }
  return meet(relayed, { door, theirs, initiator: false }, options)
}

interface Meeting {
  readonly door: Door
  readonly theirs: string
  readonly initiator: boolean
}

async function meet(
  relayed: Connection,
  { door, theirs, initiator }: Meeting,
  { dialFrom, sleep }: PunchOptions
): Promise<Connection> {
  const address = `${theirs}/p2p/${relayed.remotePeer.toString()}`
  const signal = AbortSignal.timeout(DIAL_MS_MAX)
  for (;;) {
    try {
      return await dialFrom({ address, localPort: door.localPort, initiator, signal })
    } catch (error) {
      const { message } = toPeerworkError(error)
      if (!/ECONNREFUSED|ECONNRESET/.test(message) || signal.aborted) {
        throw new PeerworkError('DIAL_FAILED', `no hole to ${theirs}: ${message}`, {}, error)
      }
    }
    // The other side was not there yet, and its system or NAT said so instead of keeping silent.
    await sleep(EARLY_MS)
  }
}

function doorOf({ remoteAddr }: Connection, { doorTo }: PunchOptions): Door {
  const relay = relayOf(remoteAddr.toString())?.relay
  const door = relay === undefined ? undefined : doorTo(relay)
  if (door !== undefined) return door
  throw new PeerworkError('DIAL_FAILED', 'how we come out of our NAT is not known')
}

/** Only a public address: a stranger's word must not make us dial into our own network. */
function seenOf({ seen }: PunchFrame): string {
  const address = seen?.find((one) => one.startsWith('/ip4/') && scopeOf(one) === 'public')
  if (address !== undefined) return address
  throw new PeerworkError('DIAL_FAILED', 'the other side has no public address')
}

function send(stream: Stream, frame: PunchFrame): void {
  stream.send(encodeFrame(encodePunch(frame)))
}

async function next(frames: AsyncGenerator<PunchFrame>): Promise<PunchFrame> {
  const { done, value } = await frames.next()
  if (done !== true) return value
  throw new PeerworkError('MALFORMED', 'the stream ended before a frame came')
}

async function* framesOf(stream: Stream, signal: AbortSignal): AsyncGenerator<PunchFrame> {
  const parser = new FrameParser(PUNCH_FRAME_BYTES_MAX)
  const giveUp = (): void => stream.abort(new PeerworkError('DEADLINE_EXCEEDED', 'no word came'))
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    for await (const bytes of pull(stream)) {
      for (const frame of parser.push(bytes)) yield decodePunch(frame)
    }
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
