/**
 * The words of the control socket, by which the command line asks a running agent.
 *
 * Newline-delimited JSON over a Unix socket, one request a connection. Answers are lines: `ok` ends
 * a question, `event` repeats until `end` in a stream, `error` ends either. Closing the connection
 * cancels what it asked for. Only the agent's own user can open the socket, so there is no other
 * authentication.
 */

import type { ErrorRecord } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import type { SubmitOptions, TaskEvent, TaskResult, WatchFilter } from './api.ts'
import type { InviteOptions } from './membership/api.ts'

const MIB = 1024 * 1024

/** One line, bytes: an output of 16 MiB as JSON inside an answer, with room for its envelope. */
export const CONTROL_LINE_BYTES_MAX = 24 * MIB
/** Open connections: a person's terminals and scripts, not a service's clients. */
export const CONTROL_CONNECTIONS_MAX = 64
/** How long a connection may stay without a whole request, ms. */
export const CONTROL_REQUEST_MS_MAX = 10_000

export type ControlRequest =
  | { readonly op: 'info' | 'peers' | 'tasks' | 'watch-peers' | 'members' | 'status' | 'doctor' }
  | { readonly op: 'invite'; readonly options: InviteOptions }
  | { readonly op: 'revoke'; readonly member: string; readonly reason?: string }
  | { readonly op: 'announce'; readonly record: string }
  | {
      /** `submit` streams events, `run` answers with the result, `explain` with the choice. */
      readonly op: 'submit' | 'run' | 'explain'
      readonly skill: string
      readonly input: JsonValue
      readonly options: Omit<SubmitOptions, 'signal'>
    }
  | {
      /** Let a peer submit for as long as this connection stays open. */
      readonly op: 'admit'
      readonly peer: string
    }
  | { readonly op: 'cancel'; readonly task: string; readonly reason?: string }
  | { readonly op: 'watch'; readonly filter: Omit<WatchFilter, 'signal'> }
  /** Drop the key of own contents of a trace, or of all. */
  | { readonly op: 'forget'; readonly trace?: string }

export type ControlAnswer =
  | { readonly ok: unknown }
  | { readonly event: unknown }
  | { readonly error: ErrorRecord }
  | { readonly end: true }

/** A result with its seal in base64, as JSON carries it. */
export type WireResult = Omit<TaskResult, 'sealed'> & { readonly sealed: string }

export const toWireResult = (result: TaskResult): WireResult => ({
  ...result,
  sealed: Buffer.from(result.sealed).toString('base64')
})

export const fromWireResult = (result: WireResult): TaskResult => ({
  ...result,
  sealed: new Uint8Array(Buffer.from(result.sealed, 'base64'))
})

type Ending = 'completed' | 'failed' | 'canceled'

/** A task event as JSON: errors as records, the seal in base64. */
export type WireTaskEvent =
  | Exclude<TaskEvent, { type: Ending }>
  | { readonly type: 'completed'; readonly task: string; readonly result: WireResult }
  | { readonly type: 'failed'; readonly task: string; readonly error: ErrorRecord }
  | { readonly type: 'canceled'; readonly task: string; readonly error: ErrorRecord }

export function toWireEvent(event: TaskEvent): WireTaskEvent {
  if (event.type === 'completed') return { ...event, result: toWireResult(event.result) }
  if (event.type === 'failed' || event.type === 'canceled') {
    return { ...event, error: event.error.toJSON() }
  }
  return event
}
