/**
 * Peers that were reached before, kept in the home: after a restart they are dialled first, so that
 * an agent finds its network again without multicast and without a bootstrap peer.
 *
 * Only addresses under which a peer really answered are kept, with its id: somebody else who has
 * the address by now fails the handshake. The file is replaced in one step, some time after a
 * change.
 */

import { isAgentId } from '../../protocol/identity.ts'
import type { JsonValue } from '../../protocol/json.ts'
import { parseJson } from '../../protocol/json.ts'
import { scopeOf } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import { recall, remember } from '../home.ts'

const FILE = 'peers.json'
/** Peers kept, count: as many as one card exchange names. */
const PEERS_MAX = 64
/** Addresses of one, count. */
const ADDRESSES_MAX = 4
/** How long a peer is kept that was not reached again, ms: a long holiday. */
const AGE_MS_MAX = 30 * 24 * 60 * 60_000
/** How long a change waits for company before the file is written, ms. */
const WRITE_AFTER_MS = 2_000

export interface Remembered {
  readonly id: string
  readonly addresses: readonly string[]
  /** Reached last, ms since 1970. */
  readonly at: number
}

export class RememberedPeers {
  readonly #home: string | undefined
  readonly #clock: Pick<Clock, 'now'>
  readonly #failed: (error: Error) => void
  readonly #peers = new Map<string, Remembered>()
  #timer: NodeJS.Timeout | undefined

  /** @param failed told when the file cannot be written; nothing else comes of it */
  constructor(
    home: string | undefined,
    clock: Pick<Clock, 'now'>,
    failed: (error: Error) => void = () => undefined
  ) {
    this.#home = home
    this.#clock = clock
    this.#failed = failed
    for (const peer of read(recall(home, FILE), clock.now())) this.#peers.set(peer.id, peer)
  }

  /** Who was reached before, newest first. */
  all(): Remembered[] {
    return [...this.#peers.values()].toSorted((one, other) => other.at - one.at)
  }

  /** A peer answered under this address, which is without its id. */
  reached(id: string, address: string): void {
    const known = this.#peers.get(id)?.addresses ?? []
    const addresses = [...new Set([address, ...known])].slice(0, ADDRESSES_MAX)
    this.#peers.delete(id)
    this.#peers.set(id, { id, addresses, at: this.#clock.now() })
    if (this.#peers.size > PEERS_MAX) this.#dropOldest()
    this.#write()
  }

  /** Write now what waits to be written. */
  close(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    try {
      remember(this.#home, FILE, JSON.stringify({ peers: this.all() }))
    } catch (error) {
      this.#failed(error as Error)
    }
  }

  #write(): void {
    if (this.#home === undefined) return
    this.#timer ??= setTimeout(() => this.close(), WRITE_AFTER_MS).unref()
  }

  #dropOldest(): void {
    const oldest = this.all().at(-1)
    if (oldest !== undefined) this.#peers.delete(oldest.id)
  }
}

/** What of the file can be used: a file that somebody edited is no reason not to start. */
function read(text: string | undefined, now: number): Remembered[] {
  if (text === undefined) return []
  try {
    const { peers } = parseJson(Buffer.from(text)) as { peers?: JsonValue }
    if (!Array.isArray(peers)) return []
    return peers.slice(0, PEERS_MAX).flatMap((peer) => usable(peer, now))
  } catch {
    return []
  }
}

function usable(value: JsonValue, now: number): Remembered[] {
  if (typeof value !== 'object' || value === null) return []
  const { id, addresses, at } = value as Record<string, JsonValue>
  if (typeof id !== 'string' || !isAgentId(id) || typeof at !== 'number') return []
  if (!Array.isArray(addresses) || at > now || now - at > AGE_MS_MAX) return []
  const good = addresses.filter((one): one is string => {
    return typeof one === 'string' && scopeOf(one) !== 'refused'
  })
  return good.length === 0 ? [] : [{ id, addresses: good.slice(0, ADDRESSES_MAX), at }]
}
