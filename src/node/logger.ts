/** One logger a room, with a level of its own. JSON lines on stderr: stdout belongs to results. */

import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import type { LogLevels, LogRoom } from './log-levels.ts'

export type { Logger }

export interface Logs {
  /** The logger of a room. */
  (room: LogRoom): Logger
  /** Let every logger that was given out have another level. */
  change(levels: LogLevels): void
}

/** @param name of the agent, on every line */
export function createLogs(levels: LogLevels, name: string): Logs {
  const root = pino({ name: 'peerwork', base: { agent: name } }, stderr())
  const loggers = new Map<LogRoom, Logger>()
  let now = levels
  const levelOf = (room: LogRoom): string => now.rooms[room] ?? now.level
  const logger = (room: LogRoom): Logger => {
    const known = loggers.get(room) ?? root.child({ room }, { level: levelOf(room) })
    loggers.set(room, known)
    return known
  }
  return Object.assign(logger, {
    change(next: LogLevels) {
      now = next
      for (const [room, given] of loggers) given.level = levelOf(room)
    }
  })
}

/** Opened by the first line: most agents of a library never say one. */
function stderr(): DestinationStream {
  let file: DestinationStream | undefined
  return {
    write(line) {
      file ??= pino.destination(2)
      file.write(line)
    }
  }
}
