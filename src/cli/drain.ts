/** Stopping an agent in the foreground: running tasks may end first, and somebody may watch. */

import type { Agent } from '../node/api.ts'
import type { Context } from './command.ts'
import type { Notifier } from './service/notify.ts'
import { formatDuration } from './units.ts'

/** How often to look how many tasks are left, ms. */
const LOOK_EVERY_MS = 250
/** What an agent needs beyond its tasks: goodbyes and closing files, ms. */
export const FAREWELL_MS = 5_000

export interface Draining {
  readonly graceMs: number
  readonly json: boolean
  readonly notifier: Notifier
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
}

/**
 * Stop taking tasks, let those that run end for `graceMs` at most, and stop. Tells when it begins,
 * whenever fewer tasks are left, and when it is over.
 */
export async function drain(agent: Agent, context: Context, how: Draining): Promise<void> {
  const { out, err } = context
  const begin = how.elapsed()
  let told = await openTasks(agent)
  tell(told, how.graceMs, context, how)
  void how.notifier.stopping(left(told, how.graceMs), how.graceMs + FAREWELL_MS)
  const look = async (): Promise<void> => {
    const open = await openTasks(agent)
    if (open === told) return
    told = open
    const leftMs = Math.max(0, how.graceMs - (how.elapsed() - begin))
    tell(open, leftMs, context, how)
    void how.notifier.status(left(open, leftMs))
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  try {
    await agent.stop({ graceMs: how.graceMs })
  } finally {
    clearInterval(timer)
  }
  if (how.json) out.json({ type: 'stopped' })
  else err.line(err.paint('dim', 'stopped'))
}

async function openTasks(agent: Agent): Promise<number> {
  const { running, queued } = (await agent.info()).load
  return running + queued
}

function tell(open: number, leftMs: number, { out, err }: Context, { json }: Draining): void {
  if (json) return out.json({ type: 'stopping', tasks: open, leftMs: Math.round(leftMs) })
  const way = open === 0 ? '' : '; Ctrl-C again ends at once'
  err.line(err.paint('dim', `${left(open, leftMs)}${way} …`))
}

function left(open: number, leftMs: number): string {
  if (open === 0) return 'stopping'
  const tasks = open === 1 ? 'one task finishes' : `${open} tasks finish`
  return `stopping when ${tasks}, in ${formatDuration(leftMs)} at most`
}
