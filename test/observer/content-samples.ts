/** A producer's log with contents in it, as a store takes it. */

import { randomBytes } from 'node:crypto'
import { fold } from '../../src/observer/fold.ts'
import type { Parts } from '../../src/observer/model.ts'
import { encodeJson } from '../../src/protocol/json.ts'
import type { JsonValue } from '../../src/protocol/json.ts'
import { CONTENT_KEY_BYTES, sealContent } from '../../src/protocol/trace-content.ts'
import type { TraceEvent, TraceFact, WorkFields } from '../../src/protocol/trace.ts'
import { ALICE, BOB, TASK, TRACE } from '../node/control-double.ts'

export const KEY = new Uint8Array(randomBytes(CONTENT_KEY_BYTES))
/** ms since 1970 */
const START = Date.UTC(2026, 0, 2)

export const hex = (n: number): string => n.toString(16).padStart(16, '0')

/** Of the executor's side of a task, or a step of it. */
export const fieldsOf = (span: number): WorkFields => ({
  ...{ trace: TRACE, span: hex(span), task: TASK, skill: 'shout', side: 'executor', peer: BOB }
})

export const received = (span: number): TraceFact => ({
  ...{ type: 'task.received', ...fieldsOf(span), bytes: 1 }
})

export function told(
  span: number,
  value: JsonValue,
  of: 'input' | 'output' = 'input'
): TraceFact[] {
  const fields = fieldsOf(span)
  const { trace, task } = fields
  const place = { trace, span: fields.span, task, of }
  const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))
  const parts = sealContent(KEY, place, encodeJson(value), random)
  return parts.map((part) => ({ type: 'content.part', ...fields, of, ...part }))
}

/** Alice's log, a second between each event. */
export const logOf = (facts: readonly TraceFact[]): readonly Parts[] =>
  facts.map((fact, seq) => {
    const event: TraceEvent = { ...fact, seq, at: START + seq * 1_000 }
    return fold(event, { id: ALICE, boot: '0011223344556677', name: 'alice' })
  })
