/**
 * Connections that have not said yet who they are: how many of one address may wait at once.
 *
 * The host has so many places for connections in their handshake, and whoever says nothing keeps
 * one until its time is up. Without shares one machine that opens a few connections a second and
 * keeps silent takes them all, and nobody else comes in. An address that is over its share is cut
 * off before it has cost a place, or counts against how often that address may come.
 */

import type { Listener, MultiaddrConnection, Transport } from '@libp2p/interface'

/** Of all places, for one address of which nobody has come in yet; part of the whole. */
const SHARE_OF_STRANGERS = 1 / 4
/**
 * The same for an address from where somebody has come in and stayed, and for this machine: many
 * agents behind one NAT, or on one machine, start at the same time. Part of the whole.
 */
const SHARE_OF_KNOWN = 1 / 2

export interface HalfOpenOptions {
  /** Connections in their handshake at once, count. */
  readonly places: number
  /** A connection was cut off, because too many of its address are waiting. */
  readonly crowded?: (() => void) | undefined
}

interface Upgrader {
  upgradeInbound(connection: MultiaddrConnection, options: never): Promise<void>
}

/** Gives no address more than its share of the places. */
export function fewHalfOpen<C>(
  make: (components: C) => Transport,
  options: HalfOpenOptions
): (components: C) => Transport {
  return (components) => {
    const transport = make(components)
    const createListener = transport.createListener.bind(transport)
    const shares = new Shares(options)
    transport.createListener = (given): Listener => {
      const { upgrader } = given as unknown as { upgrader: Upgrader }
      const guarded: Upgrader = {
        upgradeInbound: (connection, more) => {
          return shares.during(connection, () => upgrader.upgradeInbound(connection, more))
        }
      }
      return createListener({ ...given, upgrader: guarded } as unknown as typeof given)
    }
    return transport
  }
}

class Shares {
  readonly #options: HalfOpenOptions
  readonly #waiting = new Map<string, number>()
  /** Of each address, how many have come in and are still here. */
  readonly #inside = new Map<string, number>()

  constructor(options: HalfOpenOptions) {
    this.#options = options
  }

  async during(connection: MultiaddrConnection, upgrade: () => Promise<void>): Promise<void> {
    const from = placeOf(connection.remoteAddr.toString())
    if ((this.#waiting.get(from) ?? 0) >= this.#share(from)) {
      this.#options.crowded?.()
      throw new Error(`too many connections of ${from} have not said who they are`)
    }
    change(this.#waiting, from, 1)
    try {
      await upgrade()
    } finally {
      change(this.#waiting, from, -1)
    }
    if (connection.status !== 'open') return
    change(this.#inside, from, 1)
    connection.addEventListener('close', () => change(this.#inside, from, -1), { once: true })
  }

  #share(from: string): number {
    const known = from === LOOPBACK || this.#inside.has(from)
    return Math.ceil(this.#options.places * (known ? SHARE_OF_KNOWN : SHARE_OF_STRANGERS))
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const now = (counts.get(key) ?? 0) + by
  if (now > 0) counts.set(key, now)
  else counts.delete(key)
}

const LOOPBACK = 'this machine'
/** Groups of an IPv6 address that are one customer's: a /64 (RFC 6177), 16 bits each. */
const GROUPS = 4

/** Who is one and the same: an IPv4 address, a /64 of IPv6, this machine. */
export function placeOf(address: string): string {
  const [, family, host = ''] = address.split('/')
  const [plain = ''] = host.toLowerCase().split('%')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1]
  const four = family === 'ip4' ? plain : mapped
  if (four !== undefined) return four.startsWith('127.') ? LOOPBACK : four
  if (plain === '::1') return LOOPBACK
  return `${groupsOf(plain).slice(0, GROUPS).join(':')}::/64`
}

/** All eight groups, in their shortest form. */
function groupsOf(host: string): string[] {
  const [head = '', tail] = host.split('::')
  const before = head.split(':').filter((group) => group !== '')
  const after = (tail ?? '').split(':').filter((group) => group !== '')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const zeros = Array.from({ length: missing }, () => '0')
  return [...before, ...zeros, ...after].map((group) => group.replace(/^0+(?=.)/, ''))
}
