/** What an event says of a handoff: each side tells its own part of it. */

import type { WorkEvent } from '../protocol/trace.ts'
import type { HandoffPart, Source } from './model.ts'

const US = 1_000

export function handoffOf(event: WorkEvent, source: Source): HandoffPart | undefined {
  if (event.type.startsWith('task.')) return ofTask(event, source)
  return event.type.startsWith('handoff.') ? ofHandoff(event, source) : undefined
}

/** A task is a handoff from its requester to each executor that was asked. */
function ofTask(event: WorkEvent, source: Source): HandoffPart | undefined {
  const told = toldBy(event)
  if (told === undefined) return undefined
  const gives = event.side === 'requester'
  const [from, to] = gives ? [source.by, event.peer] : [event.peer, source.by]
  const { trace, skill, span, task } = event
  const side = gives ? 'giver' : 'taker'
  return { trace, id: `${task}/${to}`, side, source, from, to, skill, span, ...told }
}

type Told = Omit<HandoffPart, 'trace' | 'id' | 'side' | 'source'>

function toldBy(event: WorkEvent): Told | undefined {
  const atUs = event.at * US
  switch (event.type) {
    case 'task.submitted': {
      const { bytes, mode = 'return-to-caller' } = event
      return { mode, offeredUs: atUs, status: 'offered', bytes }
    }
    case 'task.received':
      return { offeredUs: atUs, status: 'offered', bytes: event.bytes }
    case 'task.accepted':
      return { acceptedUs: atUs, status: 'accepted' }
    case 'task.started':
      return { startedUs: atUs }
    case 'task.completed': {
      const { tokens, cost } = event
      return { endedUs: atUs, status: 'ok', tokens, cost }
    }
    case 'task.failed': {
      const { code, message } = event
      return { endedUs: atUs, status: 'error', error: { code, message } }
    }
    case 'task.rejected': {
      const error = { code: event.code, message: `rejected: ${event.code}` }
      return { endedUs: atUs, status: 'rejected', error }
    }
    case 'task.canceled': {
      const error = { code: 'CANCELED', message: event.reason }
      return { endedUs: atUs, status: 'canceled', error }
    }
    default:
      return undefined
  }
}

/** The giver tells all of it: a person or a foreign agent has no log here. */
function ofHandoff(event: WorkEvent, source: Source): HandoffPart | undefined {
  const { trace, span, skill } = event
  const base = { trace, side: 'giver', source, from: source.by, span, skill } as const
  const atUs = event.at * US
  if (event.type === 'handoff.offered') {
    const { handoff: id, mode, to } = event
    return { ...base, id, mode, to, offeredUs: atUs, status: 'offered' }
  }
  if (event.type === 'handoff.accepted') {
    return { ...base, id: event.handoff, acceptedUs: atUs, status: 'accepted' }
  }
  if (event.type !== 'handoff.ended') return undefined
  const { handoff: id, outcome: status, reason } = event
  const error = { code: status, message: reason ?? status }
  return { ...base, id, endedUs: atUs, status, ...(status !== 'ok' && { error }) }
}
