/** What happened inside a task, in a few words: calls, changes of state, guards, handoffs. */

import type { WorkEvent } from '../protocol/trace.ts'
import { formatDuration } from './units.ts'
import type { Names } from './names.ts'
import { plainLabel } from './plain-text.ts'

/** Events that `describeWork` does not tell itself. */
export type StepEvent = Exclude<WorkEvent, { type: `task.${string}` }>

export function describeStep(event: StepEvent, names: Names): string {
  switch (event.type) {
    case 'model.called':
      return modelText(event)
    case 'tool.called':
      return `tool ${plainLabel(event.tool)} ${endText(event)}`
    case 'step.ended':
      return `${event.kind} ${plainLabel(event.name)} ${endText(event)}`
    case 'state.changed':
      return stateText(event)
    case 'guard.tripped': {
      const { guard, value, limit, reason, action } = event
      const what = `${plainLabel(guard)} ${action}`
      return `guard ${what}: ${value} of ${limit}, ${plainLabel(reason)}`
    }
    case 'handoff.offered':
      return `offered to ${names.of(event.to)} (${event.mode})`
    case 'content.part':
      return `${event.of} told, encrypted, part ${event.part + 1} of ${event.parts}`
    case 'handoff.accepted':
      return 'handoff accepted'
    case 'handoff.ended':
      return `handoff ended: ${event.outcome}`
  }
}

interface Ended {
  readonly wallMs: number
  readonly error?: string | undefined
}

function endText({ wallMs, error }: Ended): string {
  const took = `in ${formatDuration(wallMs)}`
  return error === undefined ? `done ${took}` : `failed ${took}: ${plainLabel(error)}`
}

function modelText(event: Extract<StepEvent, { type: 'model.called' }>): string {
  const { model, input, output, cost } = event
  const tokens = `${input} + ${output} tokens`
  const price = cost === undefined ? '' : `, $${cost}`
  return `model ${plainLabel(model)} ${endText(event)}, ${tokens}${price}`
}

function stateText({ operations, more }: Extract<StepEvent, { type: 'state.changed' }>): string {
  const [first] = operations
  const rest = operations.length + more - 1
  const what = first === undefined ? '' : `${first.op} ${plainLabel(first.path)}`
  return `state: ${what}${rest > 0 ? ` and ${rest} more` : ''}`
}
