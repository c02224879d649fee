/** How we come out of our NAT: at which address each peer sees which of our ports. */

import type { Connection } from '@libp2p/interface'
import { plain } from '../addresses.ts'
import type { Door } from './punch.ts'
import { linkKind } from './relayed.ts'
import type { SharedPorts } from './shared-port.ts'

export class Outside {
  readonly #ports: Pick<SharedPorts, 'portOf'>
  readonly #seen = new WeakMap<Connection, string>()

  constructor(ports: Pick<SharedPorts, 'portOf'>) {
    this.#ports = ports
  }

  /**
   * A peer sees us at this address over this connection.
   *
   * @returns the IP address, when it says something of our way out: who dialled us only saw where
   *   we listen, and behind a relay everybody sees the relay
   */
  seen(connection: Connection, observed: string): string | undefined {
    if (linkKind(connection) === 'relayed') return undefined
    const address = plain(observed)
    this.#seen.set(connection, address)
    return connection.direction === 'outbound' ? address.split('/')[2] : undefined
  }

  /** Where we come out towards a peer that we dialled, given the connections there are. */
  doorTo(peer: string, connections: readonly Connection[]): Door | undefined {
    for (const connection of connections) {
      if (connection.remotePeer.toString() !== peer) continue
      const seen = this.#seen.get(connection)
      const localPort = this.#ports.portOf(connection)
      if (seen !== undefined && localPort !== undefined) return { seen, localPort }
    }
    return undefined
  }
}
