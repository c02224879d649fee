/**
 * What keeps traces: the one interface behind which SQLite and Postgres stand, with one conformance
 * suite for both (test/observer/conformance.ts).
 *
 * Rules that every store keeps: `ingest` resolves only when a `kill -9` or a power cut would lose
 * nothing of it; the same parts twice change nothing; parts in any order give the same answers;
 * pages go by keys, never by offset; a full disk is `STORE_FULL`, nothing half-written, and works
 * again once there is room.
 */

import type { Fact, HandoffPart, Parts, Source, SpanKind, SpanPart, SpanStatus } from './model.ts'

/** A batch as it was sealed: kept as the proof, and handed to other observers. */
export interface KeptBatch {
  /** Agent id of the signer. */
  readonly by: string
  /** 16 hex digits: one start of the agent. */
  readonly boot: string
  readonly first: number
  readonly count: number
  /** SHA-256 of the body, hex. */
  readonly digest: string
  /** ms since 1970, by the signer. */
  readonly issued: number
  readonly bytes: Uint8Array
}

/** What a producer says of its own log: sealed, so it cannot be taken back. */
export interface Counters {
  readonly by: string
  readonly boot: string
  /** Events that the log holds or held: the next sequence number. */
  readonly next: number
  /** The oldest sequence number that it still has. */
  readonly oldest: number
  /** Events dropped by the log's bounds, count. */
  readonly dropped: number
  /** ms since 1970, by the signer. */
  readonly issued: number
  /**
   * The highest `next` that it ever said, when that is more: what a `kill -9` took before it was
   * sealed, or a disk that was full, it cannot tell of itself.
   */
  readonly most?: number
  /** Numbers that its own list has no more, between those that it has: nobody waits for them. */
  readonly gone?: readonly Range[]
  /** The sealed head that says it, base64: proof, for other observers too. */
  readonly head?: string
}

export interface Ingest extends Parts {
  /** The batch that the parts were read from. */
  readonly batch?: KeptBatch
}

/** `known`: it was there. `forked`: another digest for the same numbers; both are kept. */
export type Ingested = 'new' | 'known' | 'forked'

/** From (inclusive) to (exclusive), µs since 1970. */
export interface Window {
  readonly fromUs?: number
  readonly toUs?: number
}

export interface TraceQuery extends Window {
  /** Words that all must occur in names, agents, models, tools, errors; no syntax. */
  readonly text?: string
  readonly agent?: string
  readonly skill?: string
  readonly model?: string
  readonly tool?: string
  readonly status?: SpanStatus
  readonly errorCode?: string
  /** US dollars. */
  readonly costAbove?: number
  readonly costBelow?: number
  /** ms */
  readonly durationAbove?: number
  readonly durationBelow?: number
  readonly conversation?: string
  /** Newest first unless said otherwise. */
  readonly order?: 'newest' | 'oldest'
  readonly limit: number
  /** As a page before gave it. */
  readonly after?: string
}

export interface Page<T> {
  /** May be fewer than asked for, even none, before the last page: a question has bounded work. */
  readonly items: readonly T[]
  /** Absent on the last page. Opaque; a made-up one is `BAD_OPTION`. */
  readonly next?: string
}

export interface TraceSummary {
  readonly trace: string
  /** Of the root span, or of the earliest; status too (see `outline.ts`). */
  readonly name: string
  /** Of the earliest span; 0 when no part says a time. */
  readonly startUs: number
  /** Of the latest end; null while open. */
  readonly endUs: number | null
  readonly status: SpanStatus
  readonly spans: number
  readonly errors: number
  /** Every name ever told, sorted. */
  readonly agents: readonly string[]
  /** Of models, tools, retrieval and memory; when those say nothing, the most of any other span. */
  readonly tokens: number
  readonly cost: number
  /** The weakest of its parts: `unknown` when some model had no price. */
  readonly costSource: 'reported' | 'estimated' | 'unknown' | 'none'
  /** Every span was signed by its producer. */
  readonly sealed: boolean
  readonly pinned: boolean
}

/** A span as known by now: all parts merged. `attributes` only where one span is asked for. */
export type StoredSpan = SpanPart & { readonly kind: SpanKind; readonly status: SpanStatus }

/** Both sides of one handoff as told, unmixed: what they disagree about is a finding. */
export interface StoredHandoff {
  readonly trace: string
  readonly id: string
  readonly giver?: HandoffPart
  readonly taker?: HandoffPart
}

/** Newest first, by the earliest time that either side tells. */
export interface HandoffQuery extends Window {
  readonly trace?: string
  readonly agent?: string
  readonly status?: HandoffPart['status']
  readonly limit: number
  readonly after?: string
}

export interface FactQuery extends Window {
  readonly trace?: string
  readonly span?: string
  readonly by?: string
  /** `guard.` matches all of a family. */
  readonly types?: readonly string[]
  /** Oldest first unless said otherwise; of one moment by id. */
  readonly order?: 'newest' | 'oldest'
  readonly limit: number
  readonly after?: string
}

/** Sums are from rollups, never from a scan. */
export interface UsageRow {
  /** Start of the bucket, µs since 1970. */
  readonly bucketUs: number
  readonly agent: string
  readonly model: string
  readonly kind: SpanKind
  readonly spans: number
  readonly errors: number
  /** Sum, ms. */
  readonly durationMs: number
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly reasoning: number
  readonly cost: number
  readonly costReported: number
  readonly costEstimated: number
  /** Model spans whose cost nobody knows, count. */
  readonly costUnknown: number
}

export interface AgentSummary {
  readonly agent: string
  /** Ids or keys under which it told. */
  readonly by: readonly string[]
  readonly spans: number
  readonly errors: number
  readonly firstUs: number
  readonly lastUs: number
  readonly tokens: number
  readonly cost: number
}

/** Sequence numbers, from (inclusive) to (exclusive). */
export interface Range {
  readonly from: number
  readonly to: number
}

/** Starts of which nothing is left, added up. */
export interface PastSums {
  readonly starts: number
  /** Events, count, as `ProducerIntegrity` has them. */
  readonly emitted: number
  readonly held: number
  readonly dropped: number
}

/** What is held of one start of one producer. */
export interface Holding {
  readonly by: string
  /** 16 hex digits; empty for `past`. */
  readonly boot: string
  /** Nothing of it is left; without a boot: of all these starts, which are told as one. */
  readonly past?: PastSums
  readonly counters?: Counters
  /** Held or once held (retention does not make a gap), sorted, joined. */
  readonly held: readonly Range[]
  readonly duplicates: number
  /** Events that came after later ones, count. */
  readonly late: number
  /** Batches refused, by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Sequence numbers with two digests: proof that the producer lied. */
  readonly forks: readonly { readonly first: number; readonly digests: readonly string[] }[]
}

export interface Retention {
  readonly days?: number
  readonly bytes?: number
  /** Spans. */
  readonly count?: number
}

/** What one `prune` took away. */
export interface Pruned {
  readonly traces: number
  readonly spans: number
  readonly bytes: number
}

export interface StoreSize {
  readonly bytes: number
  readonly spans: number
  readonly traces: number
  readonly facts: number
  readonly oldestUs: number | null
}

export interface TraceStore extends AsyncDisposable {
  /**
   * Durable when it resolves; one answer an entry, in order.
   *
   * @throws PeerworkError `STORE_FULL`, `BUSY` (`retryAfterMs`), `INPUT_TOO_LARGE`, `MALFORMED`;
   *   nothing of the call is kept then
   */
  ingest(entries: readonly Ingest[]): Promise<readonly Ingested[]>

  traces(query: TraceQuery): Promise<Page<TraceSummary>>
  trace(id: string): Promise<TraceSummary | undefined>
  /** By start, then id; without attributes. */
  spans(trace: string, page: { limit: number; after?: string }): Promise<Page<StoredSpan>>
  /** Whole, with attributes. Several when producers used the same id. */
  span(trace: string, span: string): Promise<readonly StoredSpan[]>
  handoffs(query: HandoffQuery): Promise<Page<StoredHandoff>>
  facts(query: FactQuery): Promise<Page<Fact>>
  /** By name. Sums are of the hours that touch the window; first and last are without it. */
  agents(window: Window): Promise<readonly AgentSummary[]>
  usage(window: Window & { bucket: 'hour' | 'day' }): Promise<readonly UsageRow[]>
  /** Values that a field has, most frequent first: for suggestions while typing. */
  values(field: 'agent' | 'skill' | 'model' | 'tool', prefix: string): Promise<readonly string[]>

  /**
   * What is held of every producer, for integrity: by start, and then of each what is `past`. Asked
   * every second; not to be changed.
   */
  holdings(): Promise<readonly Holding[]>
  /** Every start that anything was ever held of, the `past` ones too: for what to fetch. */
  starts(): Promise<readonly Holding[]>
  noteCounters(counters: Counters): Promise<void>
  noteRefused(by: string, boot: string, code: string, count: number): Promise<void>
  /** Sealed batches of a range, oldest first, as they came. */
  batches(by: string, boot: string, range: Range, limit: number): Promise<readonly KeptBatch[]>

  /** A pinned trace is kept whatever retention says. */
  pin(trace: string, pinned: boolean): Promise<void>
  /** Drop what the retention does not cover. */
  prune(retention: Retention, nowUs: number): Promise<Pruned>
  /**
   * Forget single traces, pinned ones too, as if they had never come: sums are taken back. What was
   * held of producers' logs stays held, so it is not fetched again; what is told again with no seal
   * comes back. A trace of which anybody but `onlyOf` told a part is left as it is, and pinned.
   *
   * @returns how many were removed
   */
  removeTraces(traces: readonly string[], onlyOf: Source): Promise<number>
  size(): Promise<StoreSize>
}
