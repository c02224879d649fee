/** The life of a submitted task, as the one who submitted it sees it: its events and its result. */

import type { PeerworkError } from '../protocol/errors.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import type { Isolation, Usage } from '../protocol/message/result.ts'
import type { PatchOperation } from '../tasks/skill.ts'
import type { RouteExplanation } from './routing/told.ts'

/** A verified result. */
export interface TaskResult<Output = JsonValue> {
  readonly task: string
  readonly skill: string
  readonly value: Output
  /** Peer id of the executor, whose signature was verified. */
  readonly by: string
  readonly trace: string
  readonly usage: Usage
  readonly isolation: Isolation
  readonly engine: string
  readonly chunks: number
  /** Milliseconds of each leg as the requester saw it. */
  readonly timing: TaskTiming
  /** What the skill changed in the shared state (RFC 6902), when it changed any. */
  readonly patch?: readonly PatchOperation[]
  /** The shared state with the patch applied, when one was sent. */
  readonly state?: JsonObject
  /** True when the executor answered from its journal instead of running again. */
  readonly replay: boolean
  /** Peers that it was given to, count. */
  readonly attempts: number
  /** The sealed result, for keeping or export as DSSE. */
  readonly sealed: Uint8Array
}

export interface TaskTiming {
  /** Waited for a peer that offers the skill. */
  readonly findMs: number
  /** From sending to `accepted`. */
  readonly acceptMs: number
  /** From `accepted` to the verified result. */
  readonly workMs: number
  readonly totalMs: number
}

/** Everything that can happen to a submitted task, in order; ends with one of the last three. */
export type TaskEvent<Output = JsonValue> =
  | {
      readonly type: 'submitted'
      readonly task: string
      readonly skill: string
      readonly trace: string
    }
  | ({
      readonly type: 'routed'
      readonly task: string
      readonly attempt: number
    } & RouteExplanation)
  | {
      readonly type: 'sent'
      readonly task: string
      readonly to: string
      readonly name: string
      /** Whether that peer is on this agent's own allow list. */
      readonly listed: boolean
      /** `relayed`: slower, and only so much at once. */
      readonly link: 'direct' | 'relayed'
      /** 1; more when peers before it failed. Then what they streamed is to be forgotten. */
      readonly attempt: number
      /** What was before: the error it failed with, or `hedge` when that peer is only slow. */
      readonly after?: string
      /**
       * The same peer has it a second time, after it was full or out of reach. What it streamed
       * stays; it is not streamed again, and the result alone tells how the work ended.
       */
      readonly again?: boolean
    }
  | {
      /** Nobody can go on with it now; it is asked again, or sought, after this. */
      readonly type: 'waiting'
      readonly task: string
      readonly to: string
      readonly name: string
      /** `BUSY` and `QUOTA_EXCEEDED`: it is full. `PEER_LOST`: it is out of reach. */
      readonly after: string
      /** Until it is asked again; of a lost peer, how long it is sought at most. */
      readonly ms: number
    }
  | { readonly type: 'accepted'; readonly task: string; readonly ahead: number }
  | {
      readonly type: 'progress'
      readonly task: string
      readonly fraction?: number
      readonly message?: string
    }
  | { readonly type: 'chunk'; readonly task: string; readonly value: JsonValue }
  | { readonly type: 'completed'; readonly task: string; readonly result: TaskResult<Output> }
  | { readonly type: 'failed'; readonly task: string; readonly error: PeerworkError }
  | { readonly type: 'canceled'; readonly task: string; readonly error: PeerworkError }

/**
 * A submitted task: iterate it for events, or await `result`. Chunks wait for the reader, so a task
 * that streams must be iterated; `result` alone discards chunks.
 */
export interface SubmittedTask<Output = JsonValue> extends AsyncIterable<TaskEvent<Output>> {
  /** 32 hex digits. */
  readonly id: string
  /** @throws PeerworkError what the task failed with */
  readonly result: Promise<TaskResult<Output>>
  /** Ask the executor to stop. Resolves when the task has ended, however it did. */
  cancel(reason?: string): Promise<void>
}
