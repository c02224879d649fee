/**
 * A peer was lost in the middle of a task, and nobody else could do it: reach the same peer again.
 *
 * It keeps what it was working on for a while, under the same id and key, so whoever is back in
 * time gets the result of the one run there was. A closed port says that the agent is gone, and its
 * work with it; silence says nothing, so that is waited out.
 */

import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import { believable, plain } from '../addresses.ts'
import type { PeerEvent } from '../api.ts'
import type { Clock } from '../clock.ts'
import type { KnownPeer, Peers } from '../peers.ts'
import { isRelayed } from '../reach/relayed.ts'
import { isPunched } from '../reach/shared-port.ts'
import { SILENT_MS_MAX } from '../running.ts'
import { Bell } from './bell.ts'

/**
 * How long a lost peer is sought, ms. Both sides notice a silent link within 8 s, one of them up to
 * 4 s before the other; with the time of a dial, this ends before the executor gives the work up.
 */
export const REGAIN_MS_MAX = SILENT_MS_MAX - 10_000
/** Before the first attempt and, doubling, before the others, ms; half to all of it by chance. */
const PAUSE_MS_MIN = 100
const PAUSE_MS_MAX = 2_000
/** Addresses that are tried of a peer that had dialled us, count. */
const ADDRESSES_MAX = 4

export interface Regaining {
  readonly peers: Pick<Peers, 'get' | 'events'>
  /** Dial an address with the id of its peer. Resolves when that is a peer again. */
  readonly connect: (address: string) => Promise<unknown>
  readonly clock: Pick<Clock, 'elapsed' | 'chance'>
}

/**
 * Resolves when the peer is there again.
 *
 * @param msMax how long it is sought
 * @throws PeerworkError why it is not: `DIAL_FAILED`, what it refuses us with, or the reason of
 *   `signal`
 */
export async function regain(
  lost: KnownPeer,
  { msMax, signal }: { readonly msMax: number; readonly signal: AbortSignal },
  around: Regaining
): Promise<KnownPeer> {
  const { peers, clock } = around
  const until = clock.elapsed() + msMax
  const left = (): number => Math.max(0, until - clock.elapsed())
  const rings = ({ type, peer }: PeerEvent) => type === 'joined' && peer.id === lost.id
  using bell = new Bell(peers.events, rings, signal)
  let pause = PAUSE_MS_MIN
  let why: PeerworkError | undefined
  for (;;) {
    await bell.wait(Math.min(pause * (0.5 + clock.chance() / 2), left()))
    const back = openly(peers.get(lost.id))
    if (back !== undefined) return back
    if (left() === 0) throw why ?? new PeerworkError('DIAL_FAILED', 'it did not come back')
    const answer = await bell.wait(left(), dialAll(lost, around))
    if (answer?.final === true) throw answer.why
    why = answer?.why ?? why
    pause = answer === undefined ? PAUSE_MS_MIN : Math.min(PAUSE_MS_MAX, pause * 2)
  }
}

/** The peer unless its connection is on its way out. */
function openly(peer: KnownPeer | undefined): KnownPeer | undefined {
  return peer?.connection.status === 'open' ? peer : undefined
}

interface Answer {
  readonly why: PeerworkError
  /** It will not come back, or does not want us. */
  readonly final: boolean
}

/** Undefined when it was reached, or has to come by itself. */
async function dialAll(lost: KnownPeer, { connect }: Regaining): Promise<Answer | undefined> {
  const dialling = addressesOf(lost).map(async (address) => {
    try {
      await connect(`${address}/p2p/${lost.id}`)
      return undefined
    } catch (thrown) {
      const why = toPeerworkError(thrown)
      return { why, final: !isRelayed(address) && isFinal(why) }
    }
  })
  const answers = await Promise.all(dialling)
  const failed = answers.filter((answer) => answer !== undefined)
  if (failed.length < answers.length) return undefined
  return failed.find(({ final }) => !final) ?? failed[0]
}

/** What a dial fails with while a peer may well be there: everything but a clear word. */
function isFinal({ code, facts }: PeerworkError): boolean {
  if (code !== 'DIAL_FAILED') return code !== 'BUSY'
  const { reason } = facts
  return reason === 'refused' || reason === 'other-peer'
}

/** Where it was reached; of one that came to us, where it says it can be. */
function addressesOf({ connection, addresses }: KnownPeer): readonly string[] {
  const link = connection.remoteAddr.toString()
  if (connection.direction === 'outbound' && !isPunched(connection)) return [plain(link)]
  return believable(addresses, link, ADDRESSES_MAX)
}
