/** A skill hands a part of its work on: the same trace, what is left of the budget. */

import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import { encodeJson } from '../protocol/json.ts'
import { formatTraceparent } from '../protocol/trace-context.ts'
import { contextOf } from '../protocol/trace.ts'
import type { TracePort } from '../protocol/trace.ts'
import type { HandedOn, HandOn } from '../tasks/work.ts'
import type { Parent } from './perform.ts'
import type { Submitter } from './submit.ts'

/** @throws PeerworkError only before anything was sent; what failed after that is answered */
export async function handOn(
  submitter: Submitter,
  trace: TracePort,
  { fields: parent, path }: Parent,
  { skill, input, options, budget, signal }: HandOn
): Promise<HandedOn> {
  if (budget.depth < 0) {
    throw new PeerworkError('DEPTH_EXCEEDED', 'the task was handed on as often as it may be')
  }
  const wallMs = Math.min(budget.wallMs, options.deadlineMs ?? budget.wallMs)
  const inherited = { parent: parent.task, path, budget: { ...budget, wallMs } }
  const value = JSON.parse(Buffer.from(input).toString()) as JsonValue
  const traceparent = formatTraceparent(contextOf(parent))
  const to = options.to === undefined ? {} : { to: options.to }
  const task = submitter.submit({ skill, input: value, inherited }, { ...to, traceparent, signal })
  for await (const event of task) {
    if (event.type !== 'sent') continue
    trace.emit({ type: 'task.handed-on', to: event.to, subtask: task.id }, parent)
  }
  try {
    const { value: answer } = await task.result
    return { output: encodeJson(answer), usage: task.spent }
  } catch (thrown) {
    // What failed has used something up as well.
    return { error: toPeerworkError(thrown), usage: task.spent }
  }
}
