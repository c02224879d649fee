/**
 * From `AgentInit` to a running agent.
 *
 * What is imported here is only what it takes to start the runners: skills load in processes of
 * their own while this one still reads the rest of its code.
 */

import { createWorkshop } from '../tasks/workshop.ts'
import type { Agent, AgentInit } from './api.ts'
import { systemClock } from './clock.ts'
import { importGuarded } from './guarded-import.ts'
import { toLogLevels } from './log-levels.ts'
import { createLogs } from './logger.ts'
import { toOptions } from './options.ts'

/**
 * Start an agent. Resolves when it listens and its skills are ready.
 *
 * @throws PeerworkError `BAD_OPTION`, `BAD_ADDRESS`, `HOME_IN_USE`, `HOME_UNSAFE`,
 *   `KEY_UNREADABLE`, `PASSPHRASE_WRONG`, `STORE_FAILED`, `SKILL_INVALID`, `SKILL_LOAD_FAILED`,
 *   `SKILL_DUPLICATE`, `SKILL_EXPOSES_HOME`, `ISOLATION_UNAVAILABLE`
 */
export async function createAgent(init: AgentInit = {}): Promise<Agent> {
  const options = toOptions(init)
  const logs = createLogs(toLogLevels(options.logLevel), options.name ?? 'agent')
  const log = logs('node')
  const { now, chance } = systemClock
  const { skills, capacity, queue, home, minIsolation } = options
  const workshop = createWorkshop({
    ...{ skills, capacity, queue, now, chance, log: logs('tasks') },
    ...(home === undefined ? {} : { home }),
    ...(minIsolation === undefined ? {} : { minIsolation })
  })
  const ready = workshop.ready()
  ready.catch(() => undefined)
  const undo: (() => unknown)[] = [() => workshop[Symbol.asyncDispose]()]
  try {
    const loading = importGuarded(() => import('./network.ts'))
    loading.catch(() => undefined)
    const { assemble } = await import('./assemble.ts')
    return await assemble({ options, log, logs, workshop, ready, loading, undo })
  } catch (error) {
    for (const step of undo.toReversed()) await step()
    throw error
  }
}
