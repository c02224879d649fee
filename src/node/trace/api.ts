/**
 * The door to traces: what an agent hears of the logs of others, and how to ask for more.
 *
 * For observers in the same process (`agent.traces`). Everything that comes through it was
 * verified: batches and heads are opened seals, whoever handed them over.
 */

import type { PeerworkError } from '../../protocol/errors.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceBatch } from '../../protocol/trace.ts'
import type { TraceHead } from '../../protocol/trace-head.ts'
import type { SyncRange } from '../../protocol/trace-sync.ts'

/** Something arrived. */
export type TraceNews =
  | { readonly kind: 'batch'; readonly batch: Sealed<TraceBatch> }
  | { readonly kind: 'head'; readonly head: Sealed<TraceHead> }
  /** A seal that does not hold. `by` and `boot` (hex) are what it claims, as far as it does. */
  | {
      readonly kind: 'refused'
      readonly error: PeerworkError
      readonly by?: AgentId
      readonly boot?: string
    }

/** A place in a producer's log: the first sequence number that is not there yet. */
export interface LogPlace {
  /** 16 hex digits. */
  readonly boot: string
  readonly next: number
}

/** What a holder says it has of one start of one producer. Hearsay, but for the head. */
export interface HeldLog extends LogName {
  readonly ranges: readonly SyncRange[]
  /** The last batch: its first sequence number, and its digest in hex. */
  readonly tip?: { readonly first: number; readonly digest: string }
  /** Sequence numbers at which batches begin that there are two of. */
  readonly forks: readonly number[]
  /** The newest head that the producer sealed, if the holder has one. */
  readonly head?: Sealed<TraceHead>
}

/** One list. */
export interface HeldPage {
  readonly logs: readonly HeldLog[]
  /** Where to go on, when the holder has more. */
  readonly next?: LogName
}

export interface LogAsk extends LogName {
  /** At most `SYNC_RANGES_MAX`. */
  readonly ranges: readonly SyncRange[]
}

/** Logs of others that this agent keeps and hands to other observers. */
export interface TraceShelf {
  /**
   * In the order of their producers, and then of their starts, as text.
   *
   * @param after only those that come after this one
   * @param limit count at most
   */
  held(after: LogName | undefined, limit: number): Promise<readonly HeldLog[]>
  /** Sealed batches that touch a range, oldest first; of forks all. */
  batches(log: LogName, range: SyncRange, limit: number): Promise<readonly ShelfBatch[]>
}

/** One start of one producer. */
export interface LogName {
  readonly by: AgentId
  /** 16 hex digits. */
  readonly boot: string
}

export interface ShelfBatch {
  /** As sealed. */
  readonly bytes: Uint8Array
  /** The sequence number after its last event. */
  readonly to: number
}

export interface Traces {
  /** This agent's id. It is a holder too, of its own log. */
  readonly self: AgentId
  /** The network's name. */
  readonly network: string
  /**
   * Subscribe to gossip: heads of active producers, and the batches of those whom nobody tails.
   * Own ones included. Calls come one after the other and must not throw.
   *
   * @returns how to stop
   */
  listen(receive: (news: TraceNews) => void): () => void
  /** Peers that can be asked now, and this agent itself. */
  holders(): readonly AgentId[]
  /** Peers that tail this agent's log and keep what they get: other observers. */
  observers(): readonly AgentId[]
  /** Told whenever a holder or an observer comes or goes. @returns how to stop */
  onHolders(changed: () => void): () => void
  /**
   * A holder's own log from a place on, as it grows. Ends after some minutes, or when the holder
   * has no more time for it: then ask again.
   *
   * @param keeps whether batches are kept and handed on: then they are not gossiped as well
   * @throws PeerworkError `ROLE_MISSING`, `BUSY`, `PEER_LOST`, `MALFORMED`
   */
  tail(holder: AgentId, options: TailOptions): AsyncIterable<TraceNews>
  /**
   * What a holder has, as far as one question goes.
   *
   * @param after where the list before ended
   * @throws PeerworkError as `tail`
   */
  held(holder: AgentId, signal: AbortSignal, after?: LogName): Promise<HeldPage>
  /**
   * Batches of certain ranges, as far as the holder has them and one question goes.
   *
   * @throws PeerworkError as `tail`
   */
  get(holder: AgentId, ask: LogAsk, signal: AbortSignal): AsyncIterable<TraceNews>
  /**
   * The key of contents that a producer told in a trace, from the producer itself.
   *
   * @param trace 32 hex digits
   * @throws PeerworkError `ROLE_MISSING` unless the producer named this agent, `CONTENT_GONE`,
   *   `BUSY`, `PEER_LOST`
   */
  contentKey(producer: AgentId, trace: string, signal: AbortSignal): Promise<Uint8Array>
  /** Drop the key of own contents of a trace, or of all: what was told can be read no more. */
  forgetContent(trace?: string): void
  /**
   * Hand on what is kept of others. As long as there is somebody who keeps, this agent seeks the
   * company of all agents, not only of as many as it needs itself.
   *
   * @returns how to stop
   */
  share(shelf: TraceShelf): () => void
}

export interface TailOptions {
  readonly from?: LogPlace | undefined
  readonly keeps: boolean
  readonly signal: AbortSignal
}
