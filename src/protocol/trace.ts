/**
 * Trace events: what happened, as signed facts in an agent's own log.
 *
 * Every room that does something worth telling calls the `TracePort`. Events carry W3C ids, so the
 * two sides of a handoff join in one trace. Metadata only: inputs and outputs are told by opt-in,
 * and then encrypted.
 */

import type * as z from 'zod/mini'
import { DIGEST_BYTES } from './canonical.ts'
import { BATCH_BYTES_MAX, BATCH_EVENTS_MAX } from './constants.ts'
import { isolation } from './message/result.ts'
import type { Expectation, SealedBody } from './seal.ts'
import * as shape from './shape.ts'
import type { TraceContext } from './trace-context.ts'
import { isLowerHex } from './trace-context.ts'
import { CONTENT_FIELDS } from './trace-content.ts'
import {
  END_FIELDS,
  GUARD_FIELDS,
  HANDOFF_MODE,
  MODEL_FIELDS,
  OFFER_FIELDS,
  STEP_FIELDS,
  TOOL_FIELDS
} from './trace-step.ts'

const hex = (digits: number) =>
  shape.exactText((value) => value.length === digits && isLowerHex(value))
const peer = shape.agentId
const code = shape.errorCode
const ms = shape.quantity

/** ms since 1970: what is a whole number of µs that every store can count, the year 2255. */
export const EVENT_TIME_MAX = 9e12
/** Fields of every event. */
const base = {
  /** Position in the producer's log since it started, from 0, without gaps; there is one after. */
  seq: shape.whole(0, Number.MAX_SAFE_INTEGER - 1),
  /** ms since 1970 by the producer's clock. */
  at: shape.whole(0, EVENT_TIME_MAX)
}
/** Fields of every event of a task. `side` says which end tells the story. */
const work = {
  ...base,
  trace: hex(32),
  span: hex(16),
  /** The span that caused this one; on the executor's side the requester's span. */
  parent: shape.optional(hex(16)),
  task: hex(32),
  skill: shape.skillName,
  side: shape.oneOf(['requester', 'executor']),
  /** The agent at the other end. */
  peer
}

/** Operations on the shared state that one event tells of, count; the rest is only counted. */
export const OPERATIONS_MAX = 32
/** RFC 6902 without its values: those are content. */
const operation = shape.object({
  op: shape.oneOf(['add', 'replace', 'remove', 'move', 'copy', 'test']),
  path: shape.shortText,
  from: shape.optional(shape.shortText),
  /** Size of the value as JSON, bytes. */
  bytes: shape.count
})

/** Candidates that one event tells of, count: the winner and those that came near. */
export const CANDIDATES_MAX = 5
const candidate = shape.object({
  peer,
  /** Points out of 100; absent when it was left out. */
  score: shape.optional(shape.quantity),
  why: shape.shortText
})

const event = shape.union([
  shape.tagged('agent.started', { ...base, name: shape.shortText }),
  shape.tagged('agent.stopped', { ...base }),
  shape.tagged('peer.joined', { ...base, peer, name: shape.shortText }),
  shape.tagged('peer.left', { ...base, peer, reason: shape.shortText }),
  /** Requester: signed and on its way. Executor: opened, verified and addressed to it. */
  shape.tagged('task.submitted', {
    ...work,
    bytes: shape.count,
    mode: shape.optional(HANDOFF_MODE)
  }),
  /** Requester: why this peer, of several, or why another one after the first. */
  shape.tagged('task.routed', {
    ...work,
    /** 1 for the first peer, 2 for the one after it … */
    attempt: shape.count,
    /** What the one before ended with; `hedge`: it was only slow. */
    after: shape.optional(shape.shortText),
    /** Best first. */
    candidates: shape.list(candidate, CANDIDATES_MAX),
    /** Candidates beyond those, count. */
    more: shape.count
  }),
  shape.tagged('task.received', { ...work, bytes: shape.count }),
  shape.tagged('task.accepted', { ...work, ahead: shape.count }),
  shape.tagged('task.rejected', { ...work, code }),
  shape.tagged('task.started', { ...work, isolation, waitedMs: ms }),
  shape.tagged('task.progress', {
    ...work,
    fraction: shape.optional(shape.fraction),
    message: shape.optional(shape.text)
  }),
  /** The first chunk of a stream; the totals are in the last event. */
  shape.tagged('task.streaming', { ...work }),
  shape.tagged('task.handed-on', { ...work, to: peer, subtask: hex(32) }),
  shape.tagged('task.completed', {
    ...work,
    wallMs: ms,
    cpuMs: ms,
    tokens: shape.count,
    cost: shape.quantity,
    bytes: shape.count,
    chunks: shape.count,
    /** Of tokens and cost: what `model.called` events told already. */
    toldTokens: shape.optional(shape.count),
    toldCost: shape.optional(shape.quantity)
  }),
  shape.tagged('task.failed', { ...work, code, message: shape.text }),
  shape.tagged('task.canceled', { ...work, reason: shape.shortText }),
  /** An answer that came again instead of work that ran again. */
  shape.tagged('task.replayed', { ...work }),
  // The steps inside a task each have a span of their own; its `parent` is that of the task.
  shape.tagged('model.called', { ...work, ...MODEL_FIELDS }),
  shape.tagged('tool.called', { ...work, ...TOOL_FIELDS }),
  shape.tagged('step.ended', { ...work, ...STEP_FIELDS }),
  /** What a task changed in the shared state of its run; `peer` gets the patch with the result. */
  shape.tagged('state.changed', {
    ...work,
    operations: shape.list(operation, OPERATIONS_MAX, 1),
    /** Operations beyond those, count. */
    more: shape.count
  }),
  shape.tagged('guard.tripped', { ...work, ...GUARD_FIELDS }),
  shape.tagged('handoff.offered', { ...work, handoff: hex(32), ...OFFER_FIELDS }),
  shape.tagged('handoff.accepted', { ...work, handoff: hex(32) }),
  shape.tagged('handoff.ended', { ...work, handoff: hex(32), ...END_FIELDS }),
  /** By opt-in: a part of an input, an output or a patch of the state, encrypted. */
  shape.tagged('content.part', { ...work, ...CONTENT_FIELDS }),
  /** Something went wrong that is no task's failure. */
  shape.tagged('error', { ...base, code, message: shape.text })
])

export type TraceEvent = z.infer<typeof event>
export type TraceEventType = TraceEvent['type']
/**
 * Whether an observer would take this event; a batch with one that it would not is refused whole.
 */
export const isTraceEvent = shape.tester(event)
/** An event of one task's life. */
export type WorkEvent = Extract<TraceEvent, { task: string }>

type WithoutPlace<E> = E extends unknown ? Omit<E, 'seq' | 'at'> : never
/** What a room says; the log adds its place and time. */
export type TraceFact = WithoutPlace<TraceEvent>

/** The one thing any room needs of tracing. Never throws and never waits. */
export interface TracePort {
  emit(fact: TraceFact): void
}

/** The fields that all events of one side of one task share. */
export interface WorkFields {
  readonly trace: string
  readonly span: string
  readonly parent?: string
  readonly task: string
  readonly skill: string
  readonly side: 'requester' | 'executor'
  readonly peer: string
}

export const contextOf = (fields: WorkFields): TraceContext => ({
  traceId: fields.trace,
  spanId: fields.span,
  sampled: true
})

const batch = shape.object({
  v: shape.version,
  network: shape.network,
  from: shape.agentId,
  issued: shape.time,
  /** One per start of the producer, random. */
  boot: shape.bytes(8),
  /** Digest of the batch before this one; absent in the first. */
  prev: shape.optional(shape.bytes(DIGEST_BYTES)),
  /** Sequence number of the first event; the others follow without gaps. */
  first: shape.count,
  /** Events that were dropped unsealed since the start, because nobody listened for too long. */
  dropped: shape.count,
  events: shape.list(event, BATCH_EVENTS_MAX, 1)
})

export type TraceBatch = z.infer<typeof batch> & SealedBody

const gapless = shape.also(
  batch,
  ({ first, events }) => events.every(({ seq }, index) => seq === first + index),
  'events do not follow from the first without gaps'
)

export const readBatch = shape.reader('trace batch', gapless)

/** How an observer opens a batch; the seal alone says who produced it. */
export function expectBatch(context: { network: string; now: number }): Expectation<TraceBatch> {
  const base = { kind: 'batch', bytesMax: BATCH_BYTES_MAX, check: readBatch } as const
  return { ...base, ...context }
}
