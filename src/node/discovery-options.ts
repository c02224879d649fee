/** What discovery is made with, and what it tells. */

import type { Connection } from '@libp2p/interface'
import type { Via } from './candidate.ts'
import type { Clock } from './clock.ts'
import type { DialFault } from './diagnosis/dial-error.ts'

export interface DiscoveryOptions {
  readonly self: string
  readonly clock: Clock
  readonly dial: (addresses: readonly string[], signal: AbortSignal) => Promise<Connection>
  readonly connected: (id: string) => boolean
  /** Peers, those not counted that are here for a task; none by default. */
  readonly peers?: () => number
  /** How many of them are enough. */
  readonly enough?: () => number
  /** A peer is dialled for a task, or otherwise not for company. */
  readonly wanted?: (id: string) => void
  /** An attempt failed. */
  readonly failed?: (id: string | undefined, fault: DialFault) => void
  readonly log: { debug(facts: object, message: string): void }
}

/** Somebody who was named, found or here before; whether it is connected is another matter. */
export interface Sought {
  readonly id: string | undefined
  readonly address: string
  readonly via: Via
  /** Why the newest attempt failed. */
  readonly error: string | undefined
  /** Not connected since then, ms since 1970. */
  readonly apart: number
}
