/**
 * The observer's words: what is known of a span, a handoff and a fact, whoever told of it.
 *
 * Sealed events of agents, OTLP spans and lines of NDJSON all become these three. Everything
 * merges: two parts of one span that come in any order, twice, or years apart give the same span
 * (`merge.ts`), so arrival order never matters and two observers converge.
 */

import type { JsonObject } from '../protocol/json.ts'

/**
 * Who vouches. `agent`: a seal that was verified, and `by` is the signer's id. `key`: nobody
 * signed; it came over HTTP, and `by` is the name of the API key.
 */
export interface Source {
  readonly kind: 'agent' | 'key'
  readonly by: string
}

/** OpenTelemetry's GenAI operations, in Peerwork's words. */
export const SPAN_KINDS = [
  ...['task', 'agent', 'workflow', 'step', 'model', 'tool', 'retrieval', 'memory', 'other']
] as const
export type SpanKind = (typeof SPAN_KINDS)[number]

/**
 * `open`: no end was told. Status and error come with an end, and of several ends the latest holds
 * (a second attempt may succeed); at the same moment, the word that stands later here.
 */
export const SPAN_STATUSES = ['open', 'ok', 'error', 'canceled'] as const
export type SpanStatus = (typeof SPAN_STATUSES)[number]

/** Counts of tokens, as OpenTelemetry names them. `input` includes cached ones. */
export interface Tokens {
  readonly input?: number
  readonly output?: number
  /** Read from a cache, part of `input`. */
  readonly cacheRead?: number
  /** Written to a cache, part of `input`. */
  readonly cacheWrite?: number
  /** Part of `output`. */
  readonly reasoning?: number
}

/** `reported` by whoever ran it, `estimated` from tokens and a dated price, or `unknown`. */
export type CostSource = 'reported' | 'estimated' | 'unknown'

/**
 * What one message says about one span; absent is not said.
 *
 * `tokens` and `cost` are what this span used up itself, never its children's or another side's:
 * the sum over a trace is what the trace cost.
 */
export interface SpanPart {
  /** 32 hex digits. */
  readonly trace: string
  /** 16 hex digits; unique within trace and producer. */
  readonly span: string
  readonly source: Source
  readonly parent?: string
  readonly kind?: SpanKind
  /** What a person reads: the skill, the model, the tool. */
  readonly name?: string
  /** The agent that did it, by the name it gives itself. */
  readonly agent?: string
  /** The service or node that the agent runs on, when it says so. */
  readonly service?: string
  /** µs since 1970 by the producer's clock. */
  readonly startUs?: number
  readonly endUs?: number
  readonly status?: SpanStatus
  readonly error?: { readonly code: string; readonly message: string }
  /** Of tasks: 32 hex digits, the other end's id, and which end tells. */
  readonly task?: string
  readonly skill?: string
  readonly peer?: string
  readonly side?: 'requester' | 'executor'
  /** Between accepted and begun, ms. */
  readonly waitedMs?: number
  readonly model?: string
  readonly provider?: string
  readonly tool?: string
  readonly tokens?: Tokens
  /** US dollars. */
  readonly cost?: number
  readonly costSource?: CostSource
  readonly conversation?: string
  /** As they came: nothing is lost in translation. */
  readonly attributes?: JsonObject
}

export const HANDOFF_MODES = ['return-to-caller', 'pass-control', 'human'] as const
export type HandoffMode = (typeof HANDOFF_MODES)[number]

/**
 * What one side says about one handoff. Times are µs since 1970 by the clock of the side that
 * tells, so only differences within one side are durations.
 */
export interface HandoffPart {
  readonly trace: string
  /** `<task>/<executor>` of a task, for each attempt its own; unique within the trace. */
  readonly id: string
  readonly side: 'giver' | 'taker'
  readonly source: Source
  readonly mode?: HandoffMode
  readonly from?: string
  readonly to?: string
  readonly skill?: string
  /** The giver's span, and the taker's. */
  readonly span?: string
  readonly offeredUs?: number
  readonly acceptedUs?: number
  readonly startedUs?: number
  readonly endedUs?: number
  readonly status?: 'offered' | 'accepted' | 'ok' | 'error' | 'canceled' | 'rejected'
  readonly error?: { readonly code: string; readonly message: string }
  readonly bytes?: number
  readonly tokens?: number
  readonly cost?: number
}

/** Something that happened at one moment and stays as it was told. */
export interface Fact {
  /** Unique for ever: `<by>/<boot>/<seq>` of an event, or a digest of what came over HTTP. */
  readonly id: string
  readonly source: Source
  /** µs since 1970 by the producer's clock. */
  readonly atUs: number
  readonly type: string
  readonly trace?: string
  readonly span?: string
  readonly body: JsonObject
}

/** Everything one message says. */
export interface Parts {
  readonly spans: readonly SpanPart[]
  readonly handoffs: readonly HandoffPart[]
  readonly facts: readonly Fact[]
}
