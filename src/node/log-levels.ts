/** How much is logged, and of which room: `info`, `warn,tasks=debug`. */

import { PeerworkError } from '../protocol/errors.ts'

/** pino's, from nothing to everything. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Each has a logger of its own; its lines carry the name as `room`. */
export const LOG_ROOMS = ['node', 'tasks', 'membership', 'reach', 'diagnosis', 'control'] as const
export type LogRoom = (typeof LOG_ROOMS)[number]

export interface LogLevels {
  /** Of every room that is not named. */
  readonly level: LogLevel
  readonly rooms: Readonly<Partial<Record<LogRoom, LogLevel>>>
}

/**
 * One level for all, levels of rooms, or both; without one for all the rest stays at `warn`.
 *
 * @throws PeerworkError `BAD_OPTION` naming the part that is wrong
 */
export function toLogLevels(text: string): LogLevels {
  let level: LogLevel | undefined
  const rooms: Partial<Record<LogRoom, LogLevel>> = {}
  for (const part of text.split(',').map((word) => word.trim())) {
    const [name = '', value, more] = part.split('=')
    if (more !== undefined) throw bad(part)
    if (value === undefined && isLevel(name) && level === undefined) level = name
    else if (isRoom(name) && value !== undefined && isLevel(value)) rooms[name] = value
    else throw bad(part)
  }
  return { level: level ?? 'warn', rooms }
}

const isLevel = (text: string): text is LogLevel => (LOG_LEVELS as readonly string[]).includes(text)
const isRoom = (text: string): text is LogRoom => (LOG_ROOMS as readonly string[]).includes(text)

function bad(part: string): PeerworkError {
  const levels = `a level (${LOG_LEVELS.join(', ')})`
  const rooms = `<room>=<level> (rooms: ${LOG_ROOMS.join(', ')})`
  return new PeerworkError('BAD_OPTION', `log level: "${part}" is neither ${levels} nor ${rooms}`)
}
