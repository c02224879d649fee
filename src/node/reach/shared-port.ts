/**
 * TCP connections that share one local port, which is what punching a hole takes.
 *
 * A NAT that can be punched gives one inside port one outside port whomever it talks to. A relay
 * sees that outside port; to come out of the same one towards another peer, that connection has to
 * begin at the same inside port. The system allows it when both sockets were bound before they
 * connected (SO_REUSEADDR, which Node sets with every bind), so every IPv4 dial is bound to "any
 * port". Stock libp2p dials from a fresh port each time, so its own hole punching (DCUtR) cannot
 * work over TCP.
 */

import type { Connection, MultiaddrConnection, Transport } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { HostParts } from './parts.ts'

const ANY = '0.0.0.0'
const TCP = '@libp2p/tcp'

interface Upgrader {
  upgradeOutbound(connection: MultiaddrConnection, options: never): Promise<Connection>
}

interface DialOptions {
  upgrader: Upgrader
  signal: AbortSignal
  localAddress?: string
  localPort?: number
  /** False: this side answers in the handshakes, though it dialled. */
  initiator?: boolean
}

type Dial = (address: ReturnType<typeof multiaddr>, options: DialOptions) => Promise<Connection>

const punched = new WeakSet<Connection>()

/** Whether a connection came through a hole: under its address nobody is reached again. */
export const isPunched = (connection: Connection): boolean => punched.has(connection)

export interface PunchDial {
  /** `/ip4/…/tcp/…/p2p/<id>` */
  readonly address: string
  readonly localPort: number
  readonly initiator: boolean
  readonly signal: AbortSignal
}

export class SharedPorts {
  readonly #ports = new WeakMap<Connection, number>()
  readonly #parts: HostParts
  readonly #dial: Dial

  constructor(parts: HostParts) {
    this.#parts = parts
    const transport = parts.transportManager
      .getTransports()
      .find((one) => one[Symbol.toStringTag] === TCP) as unknown as Transport & { dial: Dial }
    this.#dial = transport.dial.bind(transport)
    transport.dial = (address, options) => {
      const bound = address.toString().startsWith('/ip4/') ? { localAddress: ANY } : {}
      return this.#dial(address, this.#noting({ ...options, ...bound }))
    }
  }

  /** The local port of a connection that we dialled. */
  portOf(connection: Connection): number | undefined {
    return this.#ports.get(connection)
  }

  /**
   * Dial from a port that another connection has. The other side does the same at the same time;
   * of two that meet, one begins the handshakes.
   */
  async dialFrom({ address, localPort, initiator, signal }: PunchDial): Promise<Connection> {
    const { upgrader } = this.#parts as unknown as { upgrader: Upgrader }
    const from = { localAddress: ANY, localPort }
    const turned: Upgrader = {
      upgradeOutbound: async (connection, more) => {
        // Handshakes and multiplexer go by the direction, and two that dialled have the same.
        if (!initiator) Object.assign(connection, { direction: 'inbound' })
        return upgrader.upgradeOutbound(connection, more)
      }
    }
    const options = { upgrader: turned, signal, initiator, ...from }
    const made = await this.#dial(multiaddr(address), options)
    punched.add(made)
    return made
  }

  #noting(options: DialOptions): DialOptions {
    const { upgrader } = options
    return {
      ...options,
      upgrader: {
        upgradeOutbound: async (connection, more) => {
          const made = await upgrader.upgradeOutbound(connection, more)
          const { socket } = connection as unknown as { socket?: { localPort?: number } }
          if (socket?.localPort !== undefined) this.#ports.set(made, socket.localPort)
          return made
        }
      }
    }
  }
}
