/** A request as it came in: what identifies it, what is told of it, and its payloads. */

import { PeerworkError } from '../protocol/errors.ts'
import { INPUT_BYTES_MAX, STATE_BYTES_MAX } from '../protocol/constants.ts'
import type { JsonObject } from '../protocol/json.ts'
import { parseJson } from '../protocol/json.ts'
import type { SessionFrame } from '../protocol/message/session.ts'
import type { Task } from '../protocol/message/task.ts'
import type { Sealed } from '../protocol/seal.ts'
import { parseTraceparent } from '../protocol/trace-context.ts'
import { SharedFields } from '../protocol/trace.ts'
import { workOf } from './answer.ts'
import type { BulkDesk } from './bulk-desk.ts'
import type { Caller } from './caller.ts'
import type { Entry } from './journal-entry.ts'
import { receivePayload, takePayload } from './payloads.ts'

export type RequestFrame = Extract<SessionFrame, { kind: 'request' }>

export interface Incoming {
  readonly task: Sealed<Task>
  /** Of the task, hex. */
  readonly id: string
  readonly entry: Entry
  readonly fields: SharedFields
  readonly frame: RequestFrame
  readonly caller: Caller
}

/** What travels beside the seal of a task. */
export interface Parts {
  readonly input: Uint8Array
  readonly state: Uint8Array | undefined
}

/** @param id of the task, hex: made once for all that need it */
export function entryOf({ body, digest }: Sealed<Task>, id: string): Entry {
  const { from, key, expires } = body
  return { from, key: key ?? id, task: digest, work: workOf(body), expires }
}

/**
 * @param task its id, hex
 * @param span id of the executor's own span, hex
 */
export function fieldsOf(body: Task, task: string, span: string): SharedFields {
  const { traceId: trace, spanId: parent } = parseTraceparent(body.trace)
  const { from: peer, skill } = body
  return new SharedFields({ trace, span, parent, task, skill, side: 'executor', peer })
}

/**
 * The input and state that the task announces: at once when they came in the frame, as they mostly
 * do, so that the work can begin in the same turn.
 *
 * @throws PeerworkError as `takePayload`
 */
export function payloadsOf(incoming: Incoming, desk: BulkDesk): Parts | Promise<Parts> {
  const { task, frame, caller } = incoming
  const { id, input: announced, state: shared } = task.body
  const from = { desk, peer: caller.peer, id } as const
  const whole = { ...from, part: 'input', bytesMax: INPUT_BYTES_MAX } as const
  const input = takePayload(announced, frame.input, whole)
  if (shared === undefined && !(input instanceof Promise)) return { input, state: undefined }
  const light = { ...from, part: 'state', bytesMax: STATE_BYTES_MAX } as const
  const state = shared === undefined ? undefined : receivePayload(shared, frame.state, light)
  return both(input, state)
}

async function both(
  input: Parts['input'] | Promise<Parts['input']>,
  state: Promise<Parts['state']> | undefined
): Promise<Parts> {
  const [whole, light] = await Promise.all([input, state])
  return { input: whole, state: light }
}

/** The shared state of a task. @throws PeerworkError `INPUT_INVALID` unless it is a JSON object */
export function objectOf(bytes: Uint8Array | undefined): JsonObject | undefined {
  if (bytes === undefined) return undefined
  const value = parseJson(bytes)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject
  }
  throw new PeerworkError('INPUT_INVALID', 'the shared state is not an object')
}
