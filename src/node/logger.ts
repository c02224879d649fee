/** One logger a room, with a level of its own. JSON lines on stderr: stdout belongs to results. */

import { pino } from 'pino'
import type { Logger } from 'pino'
import type { LogLevels, LogRoom } from './log-levels.ts'

export type { Logger }

/** The logger of a room. */
export type Logs = (room: LogRoom) => Logger

/** @param name of the agent, on every line */
export function createLogs(levels: LogLevels, name: string): Logs {
  const { level, rooms } = levels
  const options = { level, name: 'peerwork', base: { agent: name } }
  const silent = [level, ...Object.values(rooms)].every((one) => one === 'silent')
  const root = silent ? pino({ ...options, enabled: false }) : pino(options, pino.destination(2))
  return (room) => root.child({ room }, { level: rooms[room] ?? level })
}
