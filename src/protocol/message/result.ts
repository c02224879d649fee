/** A result: the signed answer to one task. */

import type * as z from 'zod/mini'
import { DIGEST_BYTES } from '../canonical.ts'
import { SEALED_BYTES_MAX } from '../constants.ts'
import type { Expectation, SealedBody } from '../seal.ts'
import * as shape from '../shape.ts'
import { ID_BYTES, payload } from './task.ts'

/**
 * What kept the skill away from the rest of the machine.
 * `process`: an own process on Node's permission model. `os`: that, inside bubblewrap.
 */
export const isolation = shape.oneOf(['process', 'os'])
export type Isolation = z.infer<typeof isolation>

/** What the work used up. Zero where it was not measured. */
const usage = shape.object({
  wallMs: shape.quantity,
  cpuMs: shape.quantity,
  /** Highest resident memory of the runner process, bytes. */
  peakRssBytes: shape.count,
  tokens: shape.count,
  cost: shape.quantity
})

/** What the parts that were handed on used up, and theirs in turn: it counts against one budget. */
const parts = shape.object({ cpuMs: shape.quantity, tokens: shape.count, cost: shape.quantity })

const result = shape.object({
  v: shape.version,
  network: shape.network,
  from: shape.agentId,
  to: shape.agentId,
  issued: shape.time,
  id: shape.bytes(ID_BYTES),
  /** Digest of the sealed task's body: binds the answer to exactly this question. */
  task: shape.bytes(DIGEST_BYTES),
  status: shape.oneOf(['completed', 'failed', 'canceled']),
  /** Present when completed. */
  output: shape.optional(payload),
  /**
   * What the skill had by then, of work that failed because its time or its budget ran out. Any
   * JSON: it need not fit the skill's output schema.
   */
  partial: shape.optional(payload),
  /** RFC 6902 operations on the shared state, a JSON array. */
  patch: shape.optional(payload),
  /** What was streamed before: SHA-256 over each chunk's 4-byte length and bytes, in order. */
  chunks: shape.object({
    count: shape.count,
    bytes: shape.count,
    digest: shape.bytes(DIGEST_BYTES)
  }),
  /** Present when not completed. */
  error: shape.optional(shape.errorRecord),
  usage,
  /** Absent: nothing was handed on, or it used up nothing. */
  parts: shape.optional(parts),
  /** What ran it, for example `node-26.10.0`. */
  engine: shape.shortText,
  isolation,
  started: shape.time,
  finished: shape.time,
  /** True when this is the stored answer to work that was done for an earlier task. */
  replay: shape.optional(shape.flag)
})

export type Result = z.infer<typeof result> & SealedBody
export type Usage = z.infer<typeof usage>

/**
 * Completed work has an output and no error; all other work the reverse, and what failed may have a
 * partial output.
 */
const consistent = shape.also(
  result,
  ({ status, output, error, partial }) => {
    const done = status === 'completed'
    const whole = done === (output !== undefined) && done === (error === undefined)
    return whole && (partial === undefined || status === 'failed')
  },
  'status, output and error do not fit together'
)

export const readResult = shape.reader('result', consistent)

export const NO_USAGE: Usage = { wallMs: 0, cpuMs: 0, peakRssBytes: 0, tokens: 0, cost: 0 }

/** How a requester opens a result that came from `sender`. */
export function expectResult(context: {
  network: string
  self: string
  sender: string
  now: number
}): Expectation<Result> {
  const { network, self, sender, now } = context
  const base = { kind: 'result', bytesMax: SEALED_BYTES_MAX, check: readResult } as const
  return { ...base, network, audience: self, sender, now }
}
