/**
 * The seam between the agent and the work: what goes in, what happens meanwhile, what comes out.
 *
 * `src/node/serve.ts` has opened and admitted a task and hands it over as `Work`; the workshop
 * queues it, runs it in a sandbox and answers with an `Outcome`. The workshop knows no network.
 */

import type { ErrorRecord, PeerworkError } from '../protocol/errors.ts'
import type { JsonObject } from '../protocol/json.ts'
import type { Price } from '../protocol/message/card.ts'
import type { Isolation, Usage } from '../protocol/message/result.ts'
import type { ProgressBody } from '../protocol/message/session.ts'
import type { Budget, Priority } from '../protocol/message/task.ts'
import type { Told } from '../protocol/trace-step.ts'
import type { HandOnOptions, PatchOperation } from './skill.ts'
import type { ToldContent } from './step-content.ts'

/** One admitted task. */
export interface Work {
  /** Task id, hex. */
  readonly id: string
  /** Peer id of the requester. */
  readonly from: string
  readonly skill: string
  /** JSON, UTF-8; already checked for size and digest, not yet against the skill's schema. */
  readonly input: Uint8Array
  readonly budget: Budget
  /** Among the waiting work of the same requester. Default `normal`. */
  readonly priority?: Priority | undefined
  /** Of the service: a requester with twice the share of another gets twice as much. Default 1. */
  readonly share?: number
  readonly traceparent: string
  /** Aborts on cancel; the reason is a PeerworkError, `CANCELED` unless it says otherwise. */
  readonly signal: AbortSignal
  /** The run's shared state at the start, when the task carries one. */
  readonly state?: JsonObject
  /** Whether contents of its steps are wanted. Default no. */
  readonly contents?: boolean
  readonly on: WorkPort
}

/** What the workshop tells while the work goes on, and what it asks for. */
export interface WorkPort {
  /** Left the queue and runs now. */
  started(info: { readonly isolation: Isolation; readonly waitedMs: number }): void
  progress(body: ProgressBody): void
  /**
   * A step, a guard or a handoff inside the task; bounded in number. Contents only where they are
   * wanted, bounded in number and bytes, as the skill gave them: nothing is redacted yet.
   */
  tell(told: Told, content?: ToldContent): void
  /** One chunk, JSON bytes. The skill's `emit` resolves when this does: backpressure. */
  chunk(bytes: Uint8Array): Promise<void>
  /**
   * The skill hands a part on. Answers with the part's output, or what it failed with, and with
   * what it used up either way.
   */
  handOn(request: HandOn): Promise<HandedOn>
}

/** What a part used up, of what is shared with the task above it. */
export type Spent = Pick<Usage, 'cpuMs' | 'tokens' | 'cost'>

export type HandedOn =
  /** `output`: JSON bytes. */
  | { readonly output: Uint8Array; readonly usage: Spent }
  | { readonly error: PeerworkError; readonly usage: Spent }

export interface HandOn {
  readonly skill: string
  readonly input: Uint8Array
  readonly options: HandOnOptions
  /** What is left of the parent's budget; `depth` already one smaller. */
  readonly budget: Budget
  readonly signal: AbortSignal
}

export type Outcome = OutcomeFacts &
  (
    | { readonly status: 'completed'; readonly output: Uint8Array }
    | {
        readonly status: 'failed' | 'canceled'
        readonly error: ErrorRecord
        /** JSON bytes: what there was when time or budget ran out. */
        readonly partial?: Uint8Array
      }
  )

interface OutcomeFacts {
  readonly usage: Usage
  /** What its parts used up, theirs included; absent when that is nothing. */
  readonly parts?: Spent
  /** Of tokens and cost, what calls of models told already; absent when none did. */
  readonly traced?: Pick<Spent, 'tokens' | 'cost'>
  readonly isolation: Isolation
  /** RFC 6902 changes to the shared state. */
  readonly patch?: readonly PatchOperation[]
}

/** A skill as it can be told to others. */
export interface SkillOffer {
  readonly name: string
  readonly description: string
  /** JSON Schema, draft 2020-12. */
  readonly input: JsonObject
  readonly output: JsonObject
  readonly tags: readonly string[]
  readonly models: readonly string[]
  readonly price?: Price | undefined
}

/** A skill file the operator chose, and what it may use. */
export interface SkillSource {
  /** Path or `file:` URL. */
  readonly file: string
  readonly config?: JsonObject
  /** Secrets by name, handed to the skill's runner and nowhere else. */
  readonly secrets?: Readonly<Record<string, string>>
}

/** Room for work: queue, pool of runners, sandbox. */
export interface Workshop extends AsyncDisposable {
  /** Resolves when every skill is loaded in a warm runner. Rejects with the first that is not. */
  ready(): Promise<void>
  offers(): readonly SkillOffer[]
  /**
   * Offer these skills instead. Tasks already taken in end with the skill they were taken for.
   *
   * @throws PeerworkError for the first that cannot be loaded; then nothing has changed
   */
  change(sources: readonly SkillSource[]): Promise<void>
  readonly isolation: Isolation
  load(): { readonly running: number; readonly queued: number; readonly capacity: number }
  /** Who waits now: peers, and since when the oldest task of them does, ms. */
  waiting(): { readonly peers: number; readonly longestMs: number }
  /**
   * Take work in, or refuse before anything runs. Synchronous, so that a refusal costs nothing.
   *
   * @throws PeerworkError `SKILL_UNKNOWN`, `INPUT_INVALID`, `BUSY` (facts `reason`,
   *   `retryAfterMs`), `SHUTTING_DOWN`
   */
  take(work: Work): { readonly ahead: number; readonly outcome: Promise<Outcome> }
  /** Refuse new work and wait for the rest, at most `graceMs`; then cancel what still runs. */
  drain(graceMs: number): Promise<void>
}

/** What the workshop needs of a logger; pino's shape. */
export interface WorkLog {
  readonly debug: Say
  readonly info: Say
  readonly warn: Say
  readonly error: Say
}

type Say = (facts: Readonly<Record<string, unknown>>, message: string) => void
