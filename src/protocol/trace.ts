/**
 * Trace events: what happened, as signed facts in an agent's own log.
 *
 * Every room that does something worth telling calls the `TracePort`. Events carry W3C ids, so the
 * two sides of a handoff join in one trace. Metadata only: inputs and outputs are told by opt-in,
 * and then encrypted.
 */

import type * as z from 'zod/mini'
import { DIGEST_BYTES } from './canonical.ts'
import { writeFields } from './cbor-writer.ts'
import type { WrittenFields } from './cbor-writer.ts'
import { BATCH_BYTES_MAX, BATCH_EVENTS_MAX } from './constants.ts'
import { glanceOf } from './glance.ts'
import type { Glance } from './glance.ts'
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
/** Further fields of every event of a task. `side` says which end tells the story. */
const work = {
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

type Fields = Readonly<Record<string, z.ZodMiniType>>
/** What events of a task have besides `work`, by their type. */
const own = new Map<string, Fields>()
const ofWork = <const Tag extends string, Own extends Fields>(tag: Tag, fields: Own) => {
  own.set(tag, fields)
  return shape.tagged(tag, { ...base, ...work, ...fields })
}

const event = shape.union([
  shape.tagged('agent.started', { ...base, name: shape.shortText }),
  shape.tagged('agent.stopped', { ...base }),
  shape.tagged('peer.joined', { ...base, peer, name: shape.shortText }),
  shape.tagged('peer.left', { ...base, peer, reason: shape.shortText }),
  /** Requester: signed and on its way. Executor: opened, verified and addressed to it. */
  ofWork('task.submitted', {
    bytes: shape.count,
    mode: shape.optional(HANDOFF_MODE)
  }),
  /** Requester: why this peer, of several, or why another one after the first. */
  ofWork('task.routed', {
    /** 1 for the first peer, 2 for the one after it … */
    attempt: shape.count,
    /** What the one before ended with; `hedge`: it was only slow. */
    after: shape.optional(shape.shortText),
    /** Best first. */
    candidates: shape.list(candidate, CANDIDATES_MAX),
    /** Candidates beyond those, count. */
    more: shape.count
  }),
  ofWork('task.received', { bytes: shape.count }),
  ofWork('task.accepted', { ahead: shape.count }),
  ofWork('task.rejected', { code }),
  ofWork('task.started', { isolation, waitedMs: ms }),
  ofWork('task.progress', {
    fraction: shape.optional(shape.fraction),
    message: shape.optional(shape.text)
  }),
  /** The first chunk of a stream; the totals are in the last event. */
  ofWork('task.streaming', {}),
  ofWork('task.handed-on', { to: peer, subtask: hex(32) }),
  ofWork('task.completed', {
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
  ofWork('task.failed', { code, message: shape.text }),
  ofWork('task.canceled', { reason: shape.shortText }),
  /** An answer that came again instead of work that ran again. */
  ofWork('task.replayed', {}),
  // The steps inside a task each have a span of their own; its `parent` is that of the task.
  ofWork('model.called', { ...MODEL_FIELDS }),
  ofWork('tool.called', { ...TOOL_FIELDS }),
  ofWork('step.ended', { ...STEP_FIELDS }),
  /** What a task changed in the shared state of its run; `peer` gets the patch with the result. */
  ofWork('state.changed', {
    operations: shape.list(operation, OPERATIONS_MAX, 1),
    /** Operations beyond those, count. */
    more: shape.count
  }),
  ofWork('guard.tripped', { ...GUARD_FIELDS }),
  ofWork('handoff.offered', { handoff: hex(32), ...OFFER_FIELDS }),
  ofWork('handoff.accepted', { handoff: hex(32) }),
  ofWork('handoff.ended', { handoff: hex(32), ...END_FIELDS }),
  /** By opt-in: a part of an input, an output or a patch of the state, encrypted. */
  ofWork('content.part', { ...CONTENT_FIELDS }),
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

type WithoutWork<E> = E extends unknown ? Omit<E, keyof WorkFields> : never
/** The same of a task, without what all events of its side share. */
export type OwnFact = WithoutWork<Extract<TraceFact, { task: string }>>

/** Takes whole facts. Never throws and never waits. */
export interface FactPort {
  emit(fact: TraceFact): void
}

/** The one thing any room needs of tracing. Never throws and never waits. */
export interface TracePort extends FactPort {
  emit(fact: TraceFact): void
  /** The same of a task, whose events share most of their fields: a third of the cost. */
  emit(fact: OwnFact, of: SharedFields): void
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

const isWork = shape.tester(shape.object(work))

/** Those fields, checked and written down once for all events. */
export class SharedFields implements WorkFields {
  readonly trace: string
  readonly span: string
  declare readonly parent?: string
  readonly task: string
  readonly skill: string
  readonly side: 'requester' | 'executor'
  readonly peer: string
  readonly #fields: WorkFields
  #written: WrittenFields | false | undefined

  constructor(fields: WorkFields) {
    this.trace = fields.trace
    this.span = fields.span
    if (fields.parent !== undefined) this.parent = fields.parent
    this.task = fields.task
    this.skill = fields.skill
    this.side = fields.side
    this.peer = fields.peer
    this.#fields = fields
  }

  static plain(of: SharedFields): WorkFields {
    return of.#fields
  }

  /** False when observers would refuse an event with these. */
  static written(of: SharedFields): WrittenFields | false {
    return (of.#written ??= isWork(of.#fields) && writeFields(of.#fields))
  }
}

/**
 * Whether an observer would take an event of these fields and of shared ones that it would take.
 * False means: not known, ask `isTraceEvent` about the whole.
 */
export function isOwnPart(part: { readonly type: string }): boolean {
  const { type } = part
  const known = ownGlances.get(type)
  if (known !== undefined) return known(part)
  const fields = own.get(type)
  if (fields === undefined) return false
  const glance = glanceOf(shape.tagged(type, { ...base, ...fields }))
  ownGlances.set(type, glance)
  return glance(part)
}

/** Made when first needed: most agents tell of few types, and none while it starts. */
const ownGlances = new Map<string, Glance>()

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
