/**
 * Which addresses are worth dialling, and whose word is good for them.
 *
 * Peers tell each other addresses, and anybody on the LAN announces some. A hostile one could name
 * our own loopback services or the metadata server of a cloud. So hearsay may be at most as local
 * as the link it came over (loopback addresses from a peer on loopback, private ones from a peer in
 * a private range, public always), an announcement only what is on our own links, and neither a
 * DNS name: what that leads to is its owner's choice.
 */

import { BlockList, isIP } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'
import { PeerworkError } from '../protocol/errors.ts'
import { isAgentId } from '../protocol/identity.ts'
import { isPrivateAddress } from '../tasks/address-guard.ts'

export type Scope = 'loopback' | 'private' | 'public' | 'name' | 'refused'

const RANK = { loopback: 0, private: 1, public: 2, name: 2 } as const

/** Addresses believed of one peer, count: each is a connection that somebody else made us open. */
const BELIEVED_MAX = 4

const LOOPBACK = blockList(['127.0.0.0/8'], ['::1/128'])
/** What may be another machine of the same house; the rest of the special ranges never is. */
const HOUSE = blockList(
  ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'],
  ['fc00::/7']
)

/** Two lists: in one, a range of mapped addresses would cover every IPv4 address too. */
function blockList(four: readonly string[], six: readonly string[]): [BlockList, BlockList] {
  const lists: [BlockList, BlockList] = [new BlockList(), new BlockList()]
  for (const [list, ranges, family] of [
    [lists[0], four, 'ipv4'],
    [lists[1], six, 'ipv6']
  ] as const) {
    for (const range of ranges) {
      const [net = '', bits = ''] = range.split('/')
      list.addSubnet(net, Number(bits), family)
    }
  }
  return lists
}

function isIn([four, six]: readonly [BlockList, BlockList], host: string): boolean {
  return isIP(host) === 4 ? four.check(host, 'ipv4') : six.check(host, 'ipv6')
}

/** The host of an address over TCP, when it is a literal IP address without a zone. */
function ipOf(address: string): string | undefined {
  const [, family = '', host = '', transport = ''] = address.split('/')
  if (transport !== 'tcp' || host.includes('%')) return undefined
  const version = isIP(host)
  return version !== 0 && family === `ip${version}` ? host : undefined
}

/** How far an address reaches. What is special-purpose and of no use to peers is refused. */
export function scopeOf(address: string): Scope {
  const host = ipOf(address)
  if (host === undefined) {
    return /^\/dns[46]?\/[^/]+\/tcp\//.test(address) ? 'name' : 'refused'
  }
  if (isIn(LOOPBACK, host)) return 'loopback'
  if (isIn(HOUSE, host)) return 'private'
  return isPrivateAddress(host) ? 'refused' : 'public'
}

/** Those of the addresses that a peer reached at `link` may make us dial, as many as `max`. */
export function believable(
  addresses: readonly string[],
  link: string,
  max = BELIEVED_MAX
): string[] {
  const near = scopeOf(link)
  if (near === 'refused') return []
  return addresses
    .filter((address) => {
      const scope = scopeOf(address)
      return scope !== 'refused' && scope !== 'name' && RANK[scope] >= RANK[near]
    })
    .slice(0, max)
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/**
 * Those of the addresses announced on the LAN that are on one of our own links. Loopback means this
 * machine, so it counts only from an agent that names no other machine.
 */
export function onOurLinks(addresses: readonly string[], interfaces: Interfaces): string[] {
  const all = Object.values(interfaces).flatMap((list) => list ?? [])
  const own = new Set(all.map(({ address }) => address))
  const subnets = blockList(
    all.flatMap(({ family, cidr }) => (family === 'IPv4' && cidr !== null ? [cidr] : [])),
    all.flatMap(({ family, cidr }) => (family === 'IPv6' && cidr !== null ? [cidr] : []))
  )
  const here: string[] = []
  const elsewhere: string[] = []
  for (const address of addresses) {
    const host = ipOf(address) ?? ''
    const scope = scopeOf(address)
    if (scope === 'loopback' || own.has(host)) here.push(address)
    else if ((scope === 'private' || scope === 'public') && isIn(subnets, host)) {
      elsewhere.push(address)
    }
  }
  return (elsewhere.length > 0 ? elsewhere : here).slice(0, BELIEVED_MAX)
}

/** An address without the peer id at its end. */
export const plain = (address: string): string => address.replace(/\/p2p\/\w+$/, '')

export interface PeerAddress {
  readonly address: string
  /** The peer id at its end, when it has one. */
  readonly id: string | undefined
}

const HOST = String.raw`\/(?:ip4|ip6|dns|dns4|dns6)\/[^/\s]+\/tcp\/\d{1,5}`
const LISTEN = new RegExp(`^${HOST}$`)
/** Directly, or through a relay, whose id is then needed. */
const PEER = new RegExp(
  String.raw`^(${HOST}(?:\/p2p\/\w+\/p2p-circuit(?=\/p2p\/))?)(?:\/p2p\/(\w+))?$`
)

/** Read an operator's address. @throws PeerworkError `BAD_ADDRESS` */
export function parseAddress(text: string): PeerAddress {
  const [, address, id] = PEER.exec(text) ?? []
  if (address === undefined || (id !== undefined && !isAgentId(id))) throw noAddress(text)
  return { address, id }
}

/** Look at an address to listen at. @throws PeerworkError `BAD_ADDRESS` */
export function checkListen(text: string): void {
  if (!LISTEN.test(text)) throw noAddress(text)
}

/** Only TCP is spoken; whoever asks for something else has a reason, and gets one. */
function noAddress(text: string): PeerworkError {
  const shown = text.slice(0, 120)
  const other = /\/(?:quic(?:-v1)?|ws|wss|webrtc(?:-direct)?|webtransport|udp)(?:\/|$)/.exec(text)
  const why = 'Peerwork speaks TCP alone, the transport that a network key protects too'
  const message = other === null ? `not an address of a peer: ${shown}` : `${shown}: ${why}`
  return new PeerworkError('BAD_ADDRESS', message)
}
