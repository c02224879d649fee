/**
 * What two agents of a network with an owner tell each other inside the encrypted connection,
 * before anything else is spoken on it.
 */

import type { MessageStream } from '@libp2p/interface'
import { HELLO_BYTES_MAX } from '../../protocol/constants.ts'
import { fromRecord, PeerworkError, toPeerworkError, toRecord } from '../../protocol/errors.ts'
import type { ErrorRecord } from '../../protocol/errors.ts'
import { encodeFrame } from '../../protocol/frame.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type { Credential } from '../../protocol/membership/credential.ts'
import {
  decodeAnswer,
  decodeHello,
  decodeVerdict,
  encodeHello,
  encodeVerdict
} from '../../protocol/membership/handshake.ts'
import type { Hello, Verdict } from '../../protocol/membership/handshake.ts'
import { readFrame } from './read-frame.ts'

/** From the first byte to the last, ms: absolute, however little by little they come. */
const HANDSHAKE_MS_MAX = 5_000
/** How long a refusal may take to be read before the connection is cut, ms. */
const FAREWELL_MS_MAX = 1_000

/** Who stands at the door. */
export interface Doorkeeper {
  hello(): Hello
  /**
   * Whether to let it in. A newcomer, and a member that was away too long, may get a credential
   * when they have dialled. Never throws.
   */
  judge(peer: AgentId, hello: Hello, dialled: boolean): Promise<Verdict>
  /** An admin answered with a credential, and ends the connection: the next one can show it. */
  granted(peer: AgentId, credential: Credential, addresses: readonly string[]): void
  /** The other side let us in, and we it. */
  met(peer: AgentId): void
  /** Who refused whom, and why. */
  refused(peer: AgentId, error: PeerworkError, by: 'us' | 'them'): void
}

/**
 * Resolves when both sides let each other in.
 *
 * @throws PeerworkError why not; the stream is useless then
 */
export async function shakeHands(
  stream: MessageStream,
  peer: AgentId,
  about: { readonly door: Doorkeeper; readonly dialled: boolean; readonly signal?: AbortSignal }
): Promise<void> {
  const { door, dialled, signal } = about
  const late = AbortSignal.timeout(HANDSHAKE_MS_MAX)
  const talk: Talk = {
    ...{ stream, peer, door },
    signal: signal === undefined ? late : AbortSignal.any([late, signal])
  }
  try {
    await (dialled ? greet(talk) : receive(talk))
    door.met(peer)
  } catch (thrown) {
    if (!late.aborted) throw toPeerworkError(thrown, 'MALFORMED')
    throw new PeerworkError('DEADLINE_EXCEEDED', 'it did not say in time who it is')
  }
}

interface Talk {
  readonly stream: MessageStream
  readonly peer: AgentId
  readonly door: Doorkeeper
  readonly signal: AbortSignal
}

/** The side that dialled: it says first who it is. */
async function greet(talk: Talk): Promise<void> {
  const { peer, door } = talk
  say(talk, encodeHello(door.hello()))
  const answer = decodeAnswer(await hear(talk))
  if ('verdict' in answer) {
    const { credential, addresses = [] } = answer.verdict
    heed(talk, answer.verdict)
    if (credential === undefined) {
      throw new PeerworkError('MALFORMED', 'it said welcome, and not who it is')
    }
    door.granted(peer, credential, addresses)
    throw new PeerworkError('NOT_A_MEMBER', 'it gave us a certificate, for the next connection')
  }
  const verdict = await door.judge(peer, answer.hello, true)
  heed(talk, decodeVerdict(await hear(talk)))
  say(talk, encodeVerdict(verdict))
  await partIfRefused(talk, verdict)
}

/** The side that was dialled: to strangers it says no more than no. */
async function receive(talk: Talk): Promise<void> {
  const { peer, door } = talk
  const verdict = await door.judge(peer, decodeHello(await hear(talk)), false)
  if (verdict.error === undefined && verdict.credential === undefined) {
    say(talk, encodeHello(door.hello()))
    say(talk, encodeVerdict(verdict))
    heed(talk, decodeVerdict(await hear(talk)))
    return
  }
  say(talk, encodeVerdict(verdict))
  await partIfRefused(talk, verdict)
  await farewell(talk)
  throw new PeerworkError('NOT_A_MEMBER', 'it got a certificate, and comes back with it')
}

/** @throws PeerworkError why the other side does not let us in */
function heed({ peer, door }: Talk, { error }: Verdict): void {
  if (error === undefined) return
  const known = fromRecord(error as ErrorRecord)
  door.refused(peer, known, 'them')
  throw known
}

/** @throws PeerworkError why we do not let the other side in, once it has heard it */
async function partIfRefused(talk: Talk, { error }: Verdict): Promise<void> {
  if (error === undefined) return
  const known = fromRecord(error as ErrorRecord)
  talk.door.refused(talk.peer, known, 'us')
  await farewell(talk)
  throw known
}

/** The end of a connection can overtake what was said before it: let the other side end it. */
async function farewell({ stream }: Talk): Promise<void> {
  if (stream.status !== 'open') return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, FAREWELL_MS_MAX)
  stream.addEventListener('close', () => resolve(), { once: true })
  stream.addEventListener('remoteCloseWrite', () => resolve(), { once: true })
  await promise
  clearTimeout(timer)
}

function say({ stream }: Talk, bytes: Uint8Array): void {
  stream.send(encodeFrame(bytes))
}

function hear({ stream, signal }: Talk): Promise<Uint8Array> {
  return readFrame(stream, HELLO_BYTES_MAX, signal)
}

export const verdictOf = (error: PeerworkError): Verdict => ({ error: toRecord(error) })
