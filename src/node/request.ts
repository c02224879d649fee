/** From what a caller asks for to the sealed task that says so. */

import { digest, fromHex, toHex } from '../protocol/canonical.ts'
import {
  CLOCK_BEHIND_MS_MAX,
  DEPTH_LEFT_MAX,
  INPUT_BYTES_MAX,
  STATE_BYTES_MAX,
  TASK_LIFE_MS_MAX,
  WIRE_VERSION
} from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { Identity } from '../protocol/identity.ts'
import { encodeJson } from '../protocol/json.ts'
import { LABELS_MAX } from '../protocol/message/card.ts'
import { ID_BYTES, PRIORITIES } from '../protocol/message/task.ts'
import type { Budget, Hop, Payload, Priority, Task } from '../protocol/message/task.ts'
import type { Sealed } from '../protocol/seal.ts'
import { formatTraceparent, parseTraceparent } from '../protocol/trace-context.ts'
import type { SubmitOptions } from './api.ts'
import type { Trust } from './routing/wanted.ts'
import type { Clock } from './clock.ts'
import { toMs } from './duration.ts'
import type { Sealer } from './sealer.ts'

const DEADLINE_MS = 60_000
const WAIT_MS = 10_000
/** Delegations a task may see when its requester says nothing. */
const DEPTH = 4

/** A request, checked and complete, before it is known who gets it. */
export interface Request {
  readonly id: string
  readonly skill: string
  readonly input: Uint8Array
  readonly state: Uint8Array | undefined
  readonly trace: string
  readonly span: string
  readonly parentSpan: string | undefined
  /** The task this one is a part of, hex. */
  readonly parent: string | undefined
  readonly budget: Budget
  readonly waitMs: number
  readonly to: string | undefined
  readonly trust: Trust
  readonly key: string | undefined
  readonly priority: Priority | undefined
  readonly models: readonly string[] | undefined
  readonly tags: readonly string[] | undefined
  /** After this a second peer is asked too, ms. */
  readonly hedgeMs: number | undefined
  /** Wait for peers that are full. */
  readonly patient: boolean
  /** Tell with each peer why it was chosen. */
  readonly explain: boolean
  /** The tasks above this one. */
  readonly path: readonly Hop[] | undefined
  /** Peers that had their turn. */
  readonly tried?: ReadonlySet<string>
}

/**
 * What only the agent itself may add: subtasks carry their parent and what is left of its budget.
 */
export interface Inherited {
  readonly parent: string
  readonly path: readonly Hop[]
  readonly budget: Budget
}

/** @throws PeerworkError `INPUT_INVALID`, `INPUT_TOO_LARGE`, `BAD_OPTION`, `MALFORMED` */
export function toRequest(
  what: { readonly skill: string; readonly input: unknown; readonly inherited?: Inherited },
  options: SubmitOptions,
  clock: Clock
): Request {
  const { skill, inherited } = what
  const input = encodeJson(what.input)
  if (input.length > INPUT_BYTES_MAX) {
    const facts = { bytes: input.length, bytesMax: INPUT_BYTES_MAX }
    throw new PeerworkError('INPUT_TOO_LARGE', `the input has ${input.length} bytes`, facts)
  }
  const { idempotencyKey: key, traceparent, to, trust = 'anybody' } = options
  const state = options.state === undefined ? undefined : encodeJson(options.state)
  if (state !== undefined && state.length > STATE_BYTES_MAX) {
    const facts = { bytes: state.length, bytesMax: STATE_BYTES_MAX }
    throw new PeerworkError('INPUT_TOO_LARGE', `the state has ${state.length} bytes`, facts)
  }
  const budget = inherited?.budget ?? budgetOf(options)
  const waitMs = options.wait === undefined ? WAIT_MS : toMs(options.wait, 'wait')
  const above = traceparent === undefined ? undefined : parseTraceparent(traceparent)
  return {
    ...{ skill, input, state, to, key, trust, priority: priorityOf(options) },
    id: toHex(clock.random(ID_BYTES)),
    trace: above?.traceId ?? toHex(clock.random(16)),
    span: toHex(clock.random(8)),
    parentSpan: above?.spanId,
    parent: inherited?.parent,
    budget,
    path: inherited?.path,
    waitMs: Math.min(waitMs, budget.wallMs),
    models: labels(options.models, 'models'),
    tags: labels(options.tags, 'tags'),
    hedgeMs: hedgeOf(options),
    patient: patienceOf(options),
    explain: options.explain ?? false
  }
}

function labels(list: readonly string[] | undefined, what: string): typeof list {
  if (list === undefined || list.length <= LABELS_MAX) return list
  throw new PeerworkError('BAD_OPTION', `${list.length} ${what}, at most ${LABELS_MAX}`)
}

/** The second peer of a hedge is any other than the first. */
function hedgeOf({ hedge, to }: SubmitOptions): number | undefined {
  if (hedge === undefined) return undefined
  if (to === undefined) return toMs(hedge, 'hedge')
  const why = 'a hedge asks a second peer, and `to` allows but one: leave one of the two out'
  throw new PeerworkError('BAD_OPTION', why)
}

function patienceOf({ onBusy = 'wait' }: SubmitOptions): boolean {
  if (onBusy === 'wait' || onBusy === 'fail') return onBusy === 'wait'
  throw new PeerworkError('BAD_OPTION', `onBusy: "${onBusy as string}" is neither wait nor fail`)
}

/** Normal is not said: the task is as long as without a word for it. */
function priorityOf({ priority }: SubmitOptions): Priority | undefined {
  if (priority === undefined || priority === 'normal') return undefined
  if (PRIORITIES.includes(priority)) return priority
  throw new PeerworkError('BAD_OPTION', `priority: "${priority as string}" is no priority`)
}

function budgetOf({ deadline, budget = {} }: SubmitOptions): Budget {
  const wallMs = deadline === undefined ? DEADLINE_MS : toMs(deadline, 'deadline')
  if (wallMs > TASK_LIFE_MS_MAX) {
    const facts = { wallMs, wallMsMax: TASK_LIFE_MS_MAX }
    throw new PeerworkError('BAD_OPTION', `a deadline of ${wallMs} ms is over 24 h`, facts)
  }
  const depth = Math.min(budget.depth ?? DEPTH, DEPTH_LEFT_MAX)
  return { ...budget, wallMs, depth }
}

/** Seal the request for one executor. A second executor needs a second seal. */
export function sealRequest(
  request: Request,
  to: string,
  by: {
    readonly identity: Pick<Identity, 'id'>
    readonly sealer: Pick<Sealer, 'seal'>
    readonly network: string
    readonly clock: Clock
  }
): Promise<Sealed<Task>> {
  const { identity, sealer, network, clock } = by
  const issued = clock.now()
  const body: Task = {
    v: WIRE_VERSION,
    ...{ network, from: identity.id, to, issued },
    // A clock a little off must not make fresh work look stale, so the wall time comes on top.
    expires: issued + request.budget.wallMs + CLOCK_BEHIND_MS_MAX,
    id: fromHex(request.id),
    nonce: clock.random(ID_BYTES),
    skill: request.skill,
    input: refTo(request.input),
    ...(request.state === undefined ? {} : { state: refTo(request.state) }),
    budget: request.budget,
    trace: formatTraceparent({ traceId: request.trace, spanId: request.span, sampled: true }),
    ...(request.parent === undefined ? {} : { parent: fromHex(request.parent) }),
    ...(request.path === undefined ? {} : { path: [...request.path] }),
    ...(request.key === undefined ? {} : { key: request.key }),
    ...(request.priority === undefined ? {} : { priority: request.priority })
  }
  return sealer.seal('task', body)
}

const refTo = (bytes: Uint8Array): Payload => ({ digest: digest(bytes), bytes: bytes.length })
