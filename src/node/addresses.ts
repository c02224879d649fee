/**
 * Which addresses are worth dialling, and whose word is good for them.
 *
 * Peers tell each other addresses. A hostile one could name our own loopback services or the
 * metadata server of a cloud, so hearsay may be at most as local as the link it came over: loopback
 * addresses from a peer on loopback, private ones from a peer in a private range, public always.
 */

import { isIP } from 'node:net'
import { PeerworkError } from '../protocol/errors.ts'
import { isAgentId } from '../protocol/identity.ts'

export type Scope = 'loopback' | 'private' | 'public' | 'refused'

const RANK = { loopback: 0, private: 1, public: 2 } as const

const PRIVATE_V4 = [
  /^10\./,
  /^192\.168\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./
]
/** Never dialled on hearsay: this host, link-local (cloud metadata), multicast, broadcast. */
const REFUSED_V4 = [/^0\./, /^169\.254\./, /^(22[4-9]|2[3-5]\d)\./]

/** How far an address reaches. DNS names count as public: they are resolved by the operator's DNS. */
export function scopeOf(address: string): Scope {
  const [, family = '', host = '', transport = ''] = address.split('/')
  if (transport !== 'tcp') return 'refused'
  if (family === 'ip4' && isIP(host) === 4) return scopeOfV4(host)
  if (family === 'ip6' && isIP(host) === 6) return scopeOfV6(host.toLowerCase())
  return /^dns[46]?$/.test(family) && host !== '' ? 'public' : 'refused'
}

function scopeOfV4(host: string): Scope {
  if (REFUSED_V4.some((range) => range.test(host))) return 'refused'
  if (host.startsWith('127.')) return 'loopback'
  return PRIVATE_V4.some((range) => range.test(host)) ? 'private' : 'public'
}

function scopeOfV6(host: string): Scope {
  if (host === '::1') return 'loopback'
  if (host === '::' || host.startsWith('::') || /^fe[89ab]|^ff/.test(host)) return 'refused'
  return /^f[cd]/.test(host) ? 'private' : 'public'
}

/** Those of the addresses that a peer reached at `link` may make us dial, as many as `max`. */
export function believable(addresses: readonly string[], link: string, max = 8): string[] {
  const near = scopeOf(link)
  if (near === 'refused') return []
  return addresses
    .filter((address) => {
      const scope = scopeOf(address)
      return scope !== 'refused' && RANK[scope] >= RANK[near]
    })
    .slice(0, max)
}

export interface PeerAddress {
  readonly address: string
  /** The peer id at its end, when it has one. */
  readonly id: string | undefined
}

/** Read an operator's address. @throws PeerworkError `BAD_ADDRESS` */
export function parseAddress(text: string): PeerAddress {
  const match = /^(\/(?:ip4|ip6|dns|dns4|dns6)\/[^/\s]+\/tcp\/\d{1,5})(?:\/p2p\/(\w+))?$/.exec(text)
  const [, address, id] = match ?? []
  if (address === undefined || (id !== undefined && !isAgentId(id))) {
    throw new PeerworkError('BAD_ADDRESS', `not an address of a peer: ${text.slice(0, 120)}`)
  }
  return { address, id }
}
