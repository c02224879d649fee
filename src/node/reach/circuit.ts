/**
 * Circuit relay v2 (libp2p specifications, relay/circuit-v2.md): the client, and the server.
 *
 * Loaded when it is needed first, and put into the running host. The client's own supervision is
 * not used: it never comes back to a relay that restarted, and of a relay that it could not dial
 * once it believes for ever that it is none. Reservations are asked for one by one, over a
 * connection that is there; `relays.ts` knows when.
 */

import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import type { Connection } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import { LINKS_PER_PEER_MAX, RESERVATION_MS } from './limits.ts'
import type { RelayLimits } from './limits.ts'
import type { HostParts } from './parts.ts'

/** Asking for a reservation, ms: one request on an open connection. */
const RESERVE_MS_MAX = 5_000

/** What is used of the transport beyond its interface. */
interface Reservations {
  addRelay(
    peer: ReturnType<typeof peerIdFromString>,
    type: 'configured'
  ): Promise<{ details: { reservation: { addrs: Uint8Array[] } } }>
  addEventListener(
    type: 'relay:removed',
    listener: (event: { detail: { relay: { toString(): string } } }) => void
  ): void
  relayFilter: unknown
}

export class Circuit {
  readonly #store: Reservations
  readonly #stop: () => Promise<void>

  private constructor(store: Reservations, stop: () => Promise<void>) {
    this.#store = store
    this.#stop = stop
  }

  /** Teach the host relayed addresses. */
  static async add(parts: HostParts): Promise<Circuit> {
    const transport = circuitRelayTransport({
      reservationCompletionTimeout: RESERVE_MS_MAX,
      maxInboundStopStreams: LINKS_PER_PEER_MAX,
      maxOutboundStopStreams: LINKS_PER_PEER_MAX
    })(parts)
    const inner = transport as unknown as {
      reservationStore: Reservations
      start(): Promise<void>
      stop(): Promise<void>
    }
    parts.transportManager.add(transport)
    await inner.start()
    return new Circuit(inner.reservationStore, () => inner.stop())
  }

  /**
   * Be reachable through this relay, to which we are connected.
   *
   * @returns where the relay says that it is, with its id or without
   * @throws PeerworkError `PEER_LOST` when it refuses or does not answer
   */
  async reserve(relay: string): Promise<string[]> {
    // Relays that once were none are kept in this filter, and nothing takes them out again.
    this.#store.relayFilter = NOBODY
    try {
      const { details } = await this.#store.addRelay(peerIdFromString(relay), 'configured')
      return details.reservation.addrs.map((bytes) => multiaddr(bytes).toString())
    } catch (error) {
      const { message } = toPeerworkError(error)
      throw new PeerworkError('PEER_LOST', `no reservation: ${message}`, {}, error)
    }
  }

  /** A reservation is over: the connection ended, or it could not be refreshed. */
  onLost(listener: (relay: string) => void): void {
    this.#store.addEventListener('relay:removed', ({ detail }) => {
      listener(detail.relay.toString())
    })
  }

  async stop(): Promise<void> {
    await this.#stop()
  }
}

interface Server {
  readonly reservations: Map<Connection['remotePeer'], { signal: { clear(): void } }>
  start(): Promise<void>
  stop(): Promise<void>
}

const NOBODY = { has: () => false, add: () => true }

/** Serve as a relay until the returned function is called. */
export async function serveRelay(
  parts: HostParts,
  { bytes, durationMs, reservations }: RelayLimits
): Promise<() => Promise<void>> {
  const server = circuitRelayServer({
    maxInboundHopStreams: LINKS_PER_PEER_MAX,
    maxOutboundHopStreams: LINKS_PER_PEER_MAX,
    maxOutboundStopStreams: LINKS_PER_PEER_MAX,
    hopTimeout: RESERVE_MS_MAX,
    reservations: {
      maxReservations: reservations,
      reservationTtl: RESERVATION_MS,
      defaultDurationLimit: durationMs,
      defaultDataLimit: BigInt(bytes)
    }
  })(parts) as unknown as Server
  await server.start()
  const onClose = ({ detail: { remotePeer } }: CustomEvent<Connection>): void => {
    if (parts.connectionManager.getConnections(remotePeer).length > 0) return
    // The stock server keeps the place for an hour, and with it out whoever comes next.
    server.reservations.get(remotePeer)?.signal.clear()
    server.reservations.delete(remotePeer)
  }
  parts.events.addEventListener('connection:close', onClose)
  return async () => {
    parts.events.removeEventListener('connection:close', onClose)
    await server.stop()
  }
}
