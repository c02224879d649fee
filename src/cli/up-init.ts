/** What the options of `peerwork up` say to an agent. */

import { resolve } from 'node:path'
import type { AgentInit } from '../node/api.ts'
import { toMs } from '../node/duration.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { Context } from './command.ts'
import { quotasOf } from './quotas.ts'
import { homeOf, initOf } from './session.ts'
import { skillSources } from './skill-config.ts'
import type { UpValues } from './up-options.ts'

/** How long a stopping agent waits for its tasks, ms; an agent's own default, said here too. */
const DRAIN_MS = 5_000

/** @throws PeerworkError `BAD_OPTION` for a value that cannot be used, or a file that is missing */
export function upInit(values: UpValues, context: Pick<Context, 'env' | 'cwd'>): AgentInit {
  const level = values['min-isolation']
  const allowFile = values['allow-file']
  const capacity = count(values.capacity, '--capacity', 1)
  const queue = count(values.queue, '--queue', 0)
  const metrics = count(values.metrics, '--metrics', 0)
  return {
    ...initOf(values, context),
    home: homeOf(values, context),
    control: true,
    skills: skillSources(values.skill, values['skill-config'], context),
    logLevel: values['log-level'] ?? 'warn',
    open: values.open,
    bootstrapServer: values['bootstrap-server'],
    relay: values.relay,
    ...(values.allow.length > 0 && { allow: values.allow }),
    ...(allowFile !== undefined && { allowFile: resolve(context.cwd, allowFile) }),
    ...(level !== undefined && { minIsolation: level as 'os' }),
    ...(capacity !== undefined && { capacity }),
    ...(queue !== undefined && { queue }),
    ...(values.quota.length > 0 && { quotas: quotasOf(values.quota) }),
    ...(metrics !== undefined && { metrics }),
    ...contentOf(values, context)
  }
}

/** @throws PeerworkError `BAD_OPTION` for rules of what nobody may read */
function contentOf(values: UpValues, { cwd }: Pick<Context, 'cwd'>): Partial<AgentInit> {
  const { 'trace-content': observers, 'trace-rules': rules } = values
  if (observers.length > 0) {
    return { traceContent: { observers, ...(rules && { rules: resolve(cwd, rules) }) } }
  }
  if (rules === undefined) return {}
  throw new PeerworkError('BAD_OPTION', '--trace-rules goes with --trace-content')
}

/** How long running tasks may take to end, ms. @throws PeerworkError `BAD_OPTION` */
export function drainMsOf({ drain }: Pick<UpValues, 'drain'>): number {
  if (drain === undefined) return DRAIN_MS
  return Number(drain) === 0 ? 0 : toMs(drain, '--drain')
}

function count(text: string | undefined, option: string, least: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
  throw new PeerworkError('BAD_OPTION', `${option} is a whole number from ${least}: "${text}"`)
}
