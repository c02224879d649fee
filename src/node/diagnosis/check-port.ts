/** The port of this agent, from inside and from outside. */

import { scopeOf } from '../addresses.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'
import type { PortState } from './probe-port.ts'

/** Words for what somebody found at a port. */
const SEEN: Readonly<Record<PortState, string>> = {
  open: 'answers',
  closed: 'is closed: nobody listens',
  silent: 'does not answer: a firewall?',
  foreign: 'is answered by something that is no agent'
}

export interface OwnPort {
  readonly host: string
  readonly port: number
  /** Undefined: not looked at. */
  readonly state: PortState | undefined
}

/**
 * @param own every address this agent listens at
 * @param wanted whether it was told to listen at all
 */
export function checkListening(own: readonly OwnPort[], wanted = true): Finding {
  const [first] = own
  if (first === undefined) {
    return wanted
      ? fail('LISTENING', 'this agent listens nowhere')
      : pass('LISTENING', 'none, as told: others cannot dial this agent')
  }
  const facts = { addresses: own.length, port: first.port }
  const broken = own.filter(({ state }) => state !== undefined && state !== 'open')
  const shown = ({ host, port }: OwnPort): string => `${host}:${port}`
  if (broken.length === 0) {
    const more = own.length > 1 ? ` and ${own.length - 1} more` : ''
    return pass('LISTENING', `${shown(first)}${more}`, facts)
  }
  const why = broken.map((port) => `${shown(port)} ${SEEN[port.state ?? 'closed']}`).join('; ')
  return broken.length === own.length
    ? fail('LISTENING', why, { facts })
    : warn('LISTENING', why, { facts })
}

/** What one peer says of our port. */
export interface Look {
  /** Its name. */
  readonly peer: string
  readonly port: number
  readonly seen: { readonly state: PortState; readonly from: string } | { readonly error: string }
}

/**
 * @param looks what peers answered; undefined: nobody was asked
 * @param relayed whether a relay passes others on to this agent
 */
export function checkReachable(looks: readonly Look[] | undefined, relayed = false): Finding {
  if (looks === undefined) return pass('REACHABLE', 'not looked at: peerwork doctor asks a peer')
  const best = looks.flatMap(answered).toSorted((one, other) => rank(other) - rank(one))[0]
  if (best !== undefined) {
    const { peer, port, state, from, scope } = best
    const where = FROM[scope as keyof typeof FROM] ?? from
    const why = `port ${port} ${SEEN[state]} from ${where} (${peer} looked at ${from})`
    const facts = { peer, port, state, from, scope }
    if (state === 'open') return pass('REACHABLE', why, facts)
    if (relayed) return pass('REACHABLE', `${why}; others come through a relay`, facts)
    return warn('REACHABLE', why, { facts })
  }
  const [first] = looks
  const hint = 'Ask again when a peer is connected.'
  if (first === undefined) {
    return warn('REACHABLE', 'not known: there is no peer that could look', { hint })
  }
  const error = 'error' in first.seen ? first.seen.error : 'no answer'
  return warn('REACHABLE', `not known: ${first.peer} did not look: ${error}`, { hint })
}

const FROM = {
  loopback: 'this machine',
  private: 'the local network',
  public: 'the internet'
} as const

function answered({ peer, port, seen }: Look) {
  if ('error' in seen) return []
  return [{ peer, port, ...seen, scope: scopeOf(`${seen.from}/tcp/${port}`) }]
}

/** From farther away counts more; at the same distance, one that came through. */
function rank({ scope, state }: { scope: string; state: PortState }): number {
  return Object.keys(FROM).indexOf(scope) * 2 + (state === 'open' ? 1 : 0)
}
