/** One logger an agent, a child a room. JSON lines on stderr: stdout belongs to results. */

import { pino } from 'pino'
import type { Logger } from 'pino'
import type { AgentOptions } from './options.ts'

export type { Logger }

export function createLogger(level: AgentOptions['logLevel'], name: string): Logger {
  const options = { level, name: 'peerwork', base: { agent: name } }
  return level === 'silent'
    ? pino({ ...options, enabled: false })
    : pino(options, pino.destination(2))
}
