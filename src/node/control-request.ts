/** Reads what came over the control socket. The agent trusts its user, not the bytes. */

import * as z from 'zod/mini'
import { HELLO_BYTES_MAX } from '../protocol/constants.ts'
import { parseJson } from '../protocol/json.ts'
import { LABELS_MAX } from '../protocol/message/card.ts'
import { LINK_ADDRESSES_MAX } from '../protocol/membership/join-link.ts'
import { roles } from '../protocol/membership/role.ts'
import { PRIORITIES } from '../protocol/message/task.ts'
import * as shape from '../protocol/shape.ts'
import { isLowerHex } from '../protocol/trace-context.ts'
import type { ControlRequest } from './control-protocol.ts'

const text = z.optional(shape.text)
const duration = z.optional(z.union([z.number(), shape.shortText]))

const budget = z.strictObject({
  cpuMs: z.optional(shape.count),
  tokens: z.optional(shape.count),
  cost: z.optional(shape.quantity),
  bytes: z.optional(shape.count),
  depth: z.optional(shape.count)
})

const labels = z.optional(shape.list(shape.shortText, LABELS_MAX))
const submission = {
  skill: shape.text,
  input: z.unknown(),
  options: z.strictObject({
    to: text,
    deadline: duration,
    wait: duration,
    trust: z.optional(z.enum(['listed', 'anybody'])),
    idempotencyKey: text,
    priority: z.optional(z.enum(PRIORITIES)),
    budget: z.optional(budget),
    models: labels,
    tags: labels,
    hedge: duration,
    explain: z.optional(shape.flag),
    traceparent: text
  })
}

const filter = z.strictObject({
  peer: text,
  task: text,
  trace: text,
  skill: text,
  types: z.optional(z.array(shape.shortText).check(z.maxLength(64)))
})

const invitation = z.strictObject({
  roles: z.optional(roles),
  uses: z.optional(shape.count),
  expires: duration,
  addresses: z.optional(shape.list(shape.address, LINK_ADDRESSES_MAX))
})
/** A record of the roster in base64: a credential and its envelope, at most. */
const record = z.string().check(z.maxLength(2 * HELLO_BYTES_MAX))

const TRACE_ID_LENGTH = 32
const traceId = z
  .string()
  .check(z.refine((id) => id.length === TRACE_ID_LENGTH && isLowerHex(id), 'no trace id'))

const request = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('info') }),
  z.strictObject({ op: z.literal('peers') }),
  z.strictObject({ op: z.literal('tasks') }),
  z.strictObject({ op: z.literal('status') }),
  z.strictObject({ op: z.literal('doctor') }),
  z.strictObject({ op: z.literal('watch-peers') }),
  z.strictObject({ op: z.literal('submit'), ...submission }),
  z.strictObject({ op: z.literal('run'), ...submission }),
  z.strictObject({ op: z.literal('explain'), ...submission }),
  z.strictObject({ op: z.literal('admit'), peer: shape.agentId }),
  z.strictObject({
    op: z.literal('cancel'),
    task: shape.text,
    reason: z.optional(shape.shortText)
  }),
  z.strictObject({ op: z.literal('watch'), filter }),
  z.strictObject({ op: z.literal('members') }),
  z.strictObject({ op: z.literal('invite'), options: invitation }),
  z.strictObject({
    op: z.literal('revoke'),
    member: shape.shortText,
    reason: z.optional(shape.shortText)
  }),
  z.strictObject({ op: z.literal('announce'), record }),
  z.strictObject({ op: z.literal('forget'), trace: z.optional(traceId) })
])

const read = shape.reader('control request', request)

/** @throws PeerworkError `MALFORMED` for anything that is no request */
export function readRequest(line: Uint8Array): ControlRequest {
  return read(parseJson(line)) as ControlRequest
}
