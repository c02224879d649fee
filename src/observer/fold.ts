/**
 * From one sealed event to what it says of spans, handoffs and moments.
 *
 * Pure, and blind to every other event: parts merge in any order. A task is two spans, the
 * requester's and, below it, the executor's; each is told by its own side only.
 */

import type { TraceEvent, WorkEvent } from '../protocol/trace.ts'
import type { JsonObject } from '../protocol/json.ts'
import { handoffOf } from './fold-handoff.ts'
import type { Parts, Source, SpanKind, SpanPart, Tokens } from './model.ts'

/** Whose log the event stands in. */
export interface Producer {
  readonly id: string
  /** 16 hex digits. */
  readonly boot: string
  /** The name on its card, when that is known. */
  readonly name?: string
}

const US = 1_000

export function fold(event: TraceEvent, producer: Producer): Parts {
  const source: Source = { kind: 'agent', by: producer.id }
  const at = { source, atUs: event.at * US }
  const fact = {
    ...{ id: `${producer.id}/${producer.boot}/${event.seq}`, ...at, type: event.type },
    body: event as unknown as JsonObject
  }
  if (!('task' in event)) return { spans: [], handoffs: [], facts: [fact] }
  const { trace, span } = event
  const handoff = handoffOf(event, source)
  return {
    spans: [spanOf(event, producer, source)],
    handoffs: handoff === undefined ? [] : [handoff],
    facts: [{ ...fact, trace, span }]
  }
}

function spanOf(event: WorkEvent, { id, name }: Producer, source: Source): SpanPart {
  const { trace, span, parent, task, skill, side } = event
  return {
    ...{ trace, span, source, task, skill, side },
    ...(parent !== undefined && { parent }),
    agent: name ?? id,
    ...toldBy(event)
  }
}

type Told = Omit<SpanPart, 'trace' | 'span' | 'source'>

function toldBy(event: WorkEvent): Told {
  const atUs = event.at * US
  switch (event.type) {
    case 'task.submitted':
    case 'task.received':
      return { ...taskOf(event), startUs: atUs, status: 'open' }
    case 'task.started':
      return { ...taskOf(event), waitedMs: event.waitedMs }
    case 'task.completed':
      return { ...taskOf(event), endUs: atUs, status: 'ok', peer: event.peer, ...spentOn(event) }
    case 'task.failed':
    case 'task.rejected':
      return { ...taskOf(event), endUs: atUs, status: 'error', error: errorOf(event) }
    case 'task.canceled': {
      const error = { code: 'CANCELED', message: event.reason }
      return { ...taskOf(event), endUs: atUs, status: 'canceled', error }
    }
    case 'model.called':
      return { ...stepOf(event, 'model', event.model), ...modelOf(event) }
    case 'tool.called':
      return { ...stepOf(event, 'tool', event.tool), tool: event.tool }
    case 'step.ended':
      return stepOf(event, event.kind, event.name)
    case 'handoff.offered':
      return { kind: 'step', name: `handoff to ${event.to}`, startUs: atUs, status: 'open' }
    case 'handoff.ended':
      return { kind: 'step', endUs: atUs, status: endOf(event.outcome) }
    case 'handoff.accepted':
      return { kind: 'step' }
    // Of a task or of a step inside it: what kind that is stands in its own event.
    case 'content.part':
      return {}
    case 'guard.tripped':
      return event.guard === 'trace.content' ? {} : taskOf(event)
    default:
      return taskOf(event)
  }
}

const taskOf = ({ skill }: WorkEvent): Told => ({ kind: 'task', name: skill })

const endOf = (outcome: 'ok' | 'error' | 'canceled' | 'rejected') =>
  outcome === 'rejected' ? 'error' : outcome

type Failing = Extract<WorkEvent, { type: 'task.failed' | 'task.rejected' }>

const errorOf = (event: Failing) => ({
  code: event.code,
  message: 'message' in event ? event.message : `rejected: ${event.code}`
})

/** What the executor used up beyond what its calls of models told. */
function spentOn(event: Extract<WorkEvent, { type: 'task.completed' }>): Told {
  if (event.side === 'requester') return {}
  const tokens = Math.max(0, event.tokens - (event.toldTokens ?? 0))
  const cost = Math.max(0, event.cost - (event.toldCost ?? 0))
  return {
    ...(tokens > 0 && { tokens: { output: tokens } }),
    ...(cost > 0 && { cost, costSource: 'reported' as const })
  }
}

type StepEvent = Extract<WorkEvent, { type: 'model.called' | 'tool.called' | 'step.ended' }>

function stepOf(event: StepEvent, kind: SpanKind, name: string): Told {
  const endUs = event.at * US
  const times = { startUs: endUs - Math.round(event.wallMs * US), endUs }
  const { error } = event
  if (error === undefined) return { kind, name, ...times, status: 'ok' }
  return { kind, name, ...times, status: 'error', error: { code: error, message: error } }
}

function modelOf(event: Extract<WorkEvent, { type: 'model.called' }>): Told {
  const { provider, model, responseModel, input, output, cacheRead, cacheWrite, reasoning } = event
  const tokens: Tokens = {
    ...{ input, output },
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(reasoning !== undefined && { reasoning })
  }
  return {
    ...{ provider, model: responseModel ?? model, tokens },
    ...(event.cost !== undefined && { cost: event.cost, costSource: 'reported' as const })
  }
}
