/**
 * From relayed to direct: both sides of a relayed link dial what addresses the other has in the
 * open, and whoever dialled the link punches a hole; while neither works, it renews the link before
 * the relay's limits end it.
 *
 * Work that runs over the old link goes on there; new work takes the new one. The old one is closed
 * when nothing runs any more.
 */

import type { Connection } from '@libp2p/interface'
import { PeerworkError, toPeerworkError } from '../../protocol/errors.ts'
import { believable, scopeOf } from '../addresses.ts'
import type { Logger } from '../logger.ts'
import type { KnownPeer } from '../peers.ts'
import { bytesLeft, lifeMs } from './limits.ts'
import { isRelayed, linkKind } from './relayed.ts'

/** When a direct link is tried, ms after the relayed one came up: NATs may change, but rarely. */
const TRIES_MS = [0, 30_000, 300_000] as const
/** One dial to the other side's own addresses, ms. */
const DIRECT_MS_MAX = 5_000
/** How often limits are looked at, and whether an old link can be closed, ms. */
const LOOK_MS = 2_000
/** A link is renewed when so much of its life or of its bytes is used, part of the whole. */
const USED_MAX = 0.75

export interface UpgradeOptions {
  readonly log: Logger
  readonly peer: (id: string) => KnownPeer | undefined
  /** Dial these addresses, though there is a connection. */
  readonly dial: (addresses: readonly string[], signal: AbortSignal) => Promise<Connection>
  readonly punch: (relayed: Connection) => Promise<Connection>
  /** Whether tasks of or for this peer run now. */
  readonly busy: (id: string) => boolean
  readonly elapsed: () => number
}

export class Upgrade {
  readonly #options: UpgradeOptions
  readonly #watched = new Map<Connection, NodeJS.Timeout[]>()

  constructor(options: UpgradeOptions) {
    this.#options = options
  }

  /** A peer is known by this connection; others of the same peer may be there too. */
  watch({ id, connection }: KnownPeer): void {
    if (linkKind(connection) === 'direct' || this.#watched.has(connection)) return
    if (connection.status !== 'open') return
    const tries = TRIES_MS.map((ms) => {
      return setTimeout(() => void this.#try(id, connection), ms).unref()
    })
    const dialled = connection.direction === 'outbound'
    const watch = dialled ? [this.#watchLimits(id, connection)] : []
    this.#watched.set(connection, [...tries, ...watch])
    connection.addEventListener('close', () => this.#forget(connection))
  }

  stop(): void {
    for (const connection of [...this.#watched.keys()]) this.#forget(connection)
  }

  #forget(connection: Connection): void {
    for (const timer of this.#watched.get(connection) ?? []) clearTimeout(timer)
    this.#watched.delete(connection)
  }

  async #try(id: string, relayed: Connection): Promise<void> {
    const { peer, log } = this.#options
    const known = peer(id)
    if (known === undefined || linkKind(known.connection) === 'direct') return
    try {
      const direct = await this.#direct(known, relayed)
      log.info({ peer: id, address: direct.remoteAddr.toString() }, 'direct instead of relayed')
    } catch (error) {
      log.debug({ peer: id, why: toPeerworkError(error).message }, 'still relayed')
    }
  }

  async #direct(known: KnownPeer, relayed: Connection): Promise<Connection> {
    const { dial, punch } = this.#options
    const own = known.addresses.filter((address) => !isRelayed(address))
    const open = believable(own, relayed.remoteAddr.toString())
      .filter((address) => scopeOf(address) === 'public')
      .map((address) => `${address}/p2p/${known.id}`)
    if (open.length > 0) {
      const signal = AbortSignal.timeout(DIRECT_MS_MAX)
      const direct = await dial(open, signal).catch(() => undefined)
      if (direct !== undefined) return direct
    }
    if (relayed.direction === 'outbound') return punch(relayed)
    throw new PeerworkError('DIAL_FAILED', 'it has no address in the open, and is to punch')
  }

  /** Until it is closed: is it still needed, and how long does it last? */
  #watchLimits(id: string, connection: Connection): NodeJS.Timeout {
    const { peer, busy, log, elapsed } = this.#options
    const begun = elapsed()
    const life = lifeMs(connection.limits?.seconds)
    const bytes = bytesLeft(connection.limits)
    let renewing = false
    const renew = async (): Promise<void> => {
      renewing = true
      const address = connection.remoteAddr.toString()
      await this.#options.dial([address], AbortSignal.timeout(DIRECT_MS_MAX)).catch((error) => {
        log.debug({ peer: id, why: toPeerworkError(error).message }, 'relayed link not renewed')
        renewing = false
      })
    }
    return setInterval(() => {
      const now = peer(id)?.connection
      if (now === undefined || connection.status !== 'open') return
      if (now !== connection) {
        if (!busy(id)) void connection.close().catch(() => undefined)
        return
      }
      const old = elapsed() - begun > life * USED_MAX
      const used = bytes !== Infinity && bytesLeft(connection.limits) < bytes * (1 - USED_MAX)
      if ((old || used) && !renewing) void renew()
    }, LOOK_MS).unref()
  }
}
