/** A task: one signed request for one skill, addressed to one executor. */

import type * as z from 'zod/mini'
import { DIGEST_BYTES } from '../canonical.ts'
import {
  DEPTH_LEFT_MAX,
  INPUT_BYTES_MAX,
  SEALED_BYTES_MAX,
  TASK_LIFE_MS_MAX
} from '../constants.ts'
import type { Expectation, SealedBody } from '../seal.ts'
import * as shape from '../shape.ts'

/** Length of a task id and of a nonce, bytes: 128 random bits never meet twice. */
export const ID_BYTES = 16

/** The digest and size of a payload that travels beside the seal. */
export const payload = shape.object({ digest: shape.bytes(DIGEST_BYTES), bytes: shape.count })

/** What the task may use up. The executor enforces it; a subtask gets what is left. */
const budget = shape.object({
  /** From acceptance to result, ms. */
  wallMs: shape.whole(1, TASK_LIFE_MS_MAX),
  /** Processor time in the runner, ms. */
  cpuMs: shape.optional(shape.count),
  /** Model tokens, as the skill reports them. */
  tokens: shape.optional(shape.count),
  /** Money in the operator's unit, as the skill reports it. */
  cost: shape.optional(shape.quantity),
  /** Output and chunks together, bytes. */
  bytes: shape.optional(shape.count),
  /** How often the work may still be handed on. */
  depth: shape.whole(0, DEPTH_LEFT_MAX)
})

/** One task above this one: who asked for what. */
const hop = shape.object({
  from: shape.agentId,
  skill: shape.skillName,
  /** Digest of its input. */
  input: shape.bytes(DIGEST_BYTES)
})

/** Which of its own tasks a requester wants first; nobody comes before the tasks of others. */
export const PRIORITIES = ['low', 'normal', 'high'] as const
export type Priority = (typeof PRIORITIES)[number]

const task = shape.object({
  v: shape.version,
  network: shape.network,
  from: shape.agentId,
  to: shape.agentId,
  issued: shape.time,
  expires: shape.time,
  id: shape.bytes(ID_BYTES),
  nonce: shape.bytes(ID_BYTES),
  skill: shape.skillName,
  input: payload,
  /** The run's shared state as the executor shall see it, a JSON object. */
  state: shape.optional(payload),
  budget,
  /** W3C traceparent; the span is the requester's. */
  trace: shape.traceparent,
  /** The task this one is a part of. */
  parent: shape.optional(shape.bytes(ID_BYTES)),
  /** The tasks above this one, the first asked for first; its parent is the last. */
  path: shape.optional(shape.list(hop, DEPTH_LEFT_MAX, 1)),
  /** Idempotency key: the same key from the same requester runs once. Default: the id. */
  key: shape.optional(shape.token),
  /** Among the waiting tasks of the same requester. Default: normal. */
  priority: shape.optional(shape.oneOf(PRIORITIES))
})

export type Task = z.infer<typeof task> & SealedBody
export type Hop = z.infer<typeof hop>
export type Budget = z.infer<typeof budget>
export type Payload = z.infer<typeof payload>

export const readTask = shape.reader('task', task)

/** How an executor opens a task. */
export function expectTask(context: {
  network: string
  self: string
  sender: string
  now: number
}): Expectation<Task> {
  const { network, self, sender, now } = context
  const base = { kind: 'task', bytesMax: SEALED_BYTES_MAX, check: readTask } as const
  return { ...base, network, audience: self, sender, now }
}

export const inputFits = (bytes: number): boolean => bytes <= INPUT_BYTES_MAX
