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

/** @param own every address this agent listens at */
export function checkListening(own: readonly OwnPort[]): Finding {
  const [first] = own
  if (first === undefined) return fail('LISTENING', 'this agent listens nowhere')
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

const FROM = { loopback: 'this machine', private: 'the local network', public: 'the internet' }

/** @param looks newest answers of peers, the farthest first; undefined: nobody was asked */
export function checkReachable(looks: readonly Look[] | undefined): Finding {
  if (looks === undefined) return pass('REACHABLE', 'not looked at: peerwork doctor asks a peer')
  if (looks.length === 0) return warn('REACHABLE', 'not known: there is no peer that could look')
  for (const { peer, port, seen } of looks) {
    if ('error' in seen) continue
    const { state, from } = seen
    const scope = scopeOf(`${from}/tcp/${port}`)
    const where = scope === 'name' || scope === 'refused' ? from : FROM[scope]
    const facts = { peer, port, state, from, scope }
    const why = `port ${port} ${SEEN[state]} from ${where} (${peer} looked at ${from})`
    return state === 'open' ? pass('REACHABLE', why, facts) : warn('REACHABLE', why, { facts })
  }
  const [first] = looks
  const error = first !== undefined && 'error' in first.seen ? first.seen.error : 'no answer'
  return warn('REACHABLE', `not known: ${first?.peer ?? 'a peer'} did not look: ${error}`)
}
