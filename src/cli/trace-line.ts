/** One trace event as one line: when, requester → executor, which task, what happened. */

import type { ObservedEvent } from '../node/api.ts'
import type { TraceEvent, WorkEvent } from '../protocol/trace.ts'
import type { Paint, Style } from './colour.ts'
import { hueOf } from './colour.ts'
import { pad } from './columns.ts'
import { formatBytes, formatDuration } from './units.ts'
import { describeStep } from './trace-step.ts'
import type { Names } from './names.ts'
import { shortTask } from './names.ts'
import { plainLabel } from './plain-text.ts'

/** Cells for `[requester] → executor`; longer names push the rest to the right. */
const PAIR_WIDTH = 25
const SKILL_WIDTH = 14

/** `14:03:07.042` in local time; the milliseconds only where events follow each other closely. */
export function clockTime(at: number, withMs = false): string {
  const date = new Date(at)
  const part = (value: number, digits = 2): string => String(value).padStart(digits, '0')
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => part(n)).join(':')
  return withMs ? `${time}.${part(date.getMilliseconds(), 3)}` : time
}

/**
 * Both sides of a handoff read the same way round, and the task's id has one colour everywhere; the
 * side that speaks stands in brackets, because without colours nothing else tells it.
 */
export function traceLine(observed: ObservedEvent, names: Names, paint: Paint): string {
  const { event, from } = observed
  const time = paint('dim', clockTime(event.at, true))
  if (!('task' in event)) {
    const who = pad(paint(['bold', hueOf(from)], names.of(from)), PAIR_WIDTH)
    return `${time}  ${who}  ${describeAgentEvent(event, names)}`
  }
  const task = paint(hueOf(event.task), shortTask(event.task))
  const skill = pad(event.skill, SKILL_WIDTH)
  const what = paint(styleOf(event), describeWork(event, names))
  const pair = pad(pairOf(event, from, { names, paint }), PAIR_WIDTH)
  return [time, pair, task, skill, what].join('  ')
}

interface Look {
  readonly names: Names
  readonly paint: Paint
}

function pairOf(event: WorkEvent, from: string, { names, paint }: Look): string {
  const asks = event.side === 'requester'
  const speaker = paint(['bold', hueOf(from)], `[${names.of(from)}]`)
  const other = paint(['dim', hueOf(event.peer)], names.of(event.peer))
  return `${asks ? speaker : other} ${paint('dim', '→')} ${asks ? other : speaker}`
}

function styleOf({ type }: WorkEvent): readonly Style[] {
  if (type === 'task.completed') return ['green']
  if (type === 'task.failed' || type === 'task.rejected' || type === 'guard.tripped') return ['red']
  return type === 'task.canceled' ? ['yellow'] : []
}

type AgentEvent = Exclude<TraceEvent, WorkEvent>

function describeAgentEvent(event: AgentEvent, names: Names): string {
  switch (event.type) {
    case 'agent.started':
      return 'started'
    case 'agent.stopped':
      return 'stopped'
    case 'peer.joined':
      return `met ${names.of(event.peer)}`
    case 'peer.left':
      return `lost ${names.of(event.peer)}: ${plainLabel(event.reason)}`
    case 'error':
      return `${event.code}: ${plainLabel(event.message)}`
  }
}

/** What happened, in a few words. Text that another agent chose is made plain. */
export function describeWork(event: WorkEvent, names: Names): string {
  switch (event.type) {
    case 'task.submitted':
      return `submitted, ${formatBytes(event.bytes)}`
    case 'task.routed':
      return routedText(event, names)
    case 'task.received':
      return `received, ${formatBytes(event.bytes)}`
    case 'task.accepted':
      return event.ahead === 0 ? 'accepted' : `accepted, ${event.ahead} ahead`
    case 'task.rejected':
      return `rejected: ${event.code}`
    case 'task.started':
      return `started, isolation ${event.isolation}, waited ${formatDuration(event.waitedMs)}`
    case 'task.progress':
      return progressText(event)
    case 'task.streaming':
      return 'streaming'
    case 'task.handed-on':
      return `handed on to ${names.of(event.to)} as ${shortTask(event.subtask)}`
    case 'task.completed':
      return completedText(event)
    case 'task.failed':
      return `failed: ${event.code}: ${plainLabel(event.message)}`
    case 'task.canceled':
      return `canceled: ${plainLabel(event.reason)}`
    case 'task.replayed':
      return 'answered from the journal'
    default:
      return describeStep(event, names)
  }
}

function routedText(event: Extract<WorkEvent, { type: 'task.routed' }>, names: Names): string {
  const { attempt, after, candidates, more, peer } = event
  const again = after === undefined ? '' : ` after ${plainLabel(after)}, attempt ${attempt}`
  const won = candidates.find((candidate) => candidate.peer === peer)
  const others = candidates.length + more - 1
  const why = won === undefined ? 'not among the best' : plainLabel(won.why)
  return `routed to ${names.of(peer)}${again}: ${why}${others > 0 ? `, ${others} left` : ''}`
}

interface Progress {
  readonly fraction?: number | undefined
  readonly message?: string | undefined
}

export function progressText({ fraction, message }: Progress): string {
  const percent = fraction === undefined ? '' : `${Math.round(fraction * 100)} %`
  const words = message === undefined ? '' : plainLabel(message)
  return [percent, words].filter((part) => part !== '').join('  ') || 'working'
}

function completedText(event: Extract<WorkEvent, { type: 'task.completed' }>): string {
  return [
    `completed in ${formatDuration(event.wallMs)}`,
    formatBytes(event.bytes),
    ...(event.chunks > 0 ? [`${event.chunks} chunks`] : []),
    ...(event.tokens > 0 ? [`${event.tokens} tokens`] : [])
  ].join(', ')
}
