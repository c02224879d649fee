/** One word for an agent's state, and the findings behind it. */

import type { Finding, FindingCode } from './finding.ts'

export const HEALTH = ['ok', 'degraded', 'down'] as const
export type HealthState = (typeof HEALTH)[number]

export interface Health {
  readonly state: HealthState
  /** What keeps it from being `ok`; empty when nothing does. */
  readonly reasons: readonly Finding[]
}

/** Without these an agent is of no use: nobody reaches it, or what it does is lost. */
const VITAL: ReadonlySet<FindingCode> = new Set(['AGENT', 'HOME', 'LISTENING'])
/** Of these a warning is enough: work waits, or one failure more would leave it alone. */
const TENDER: ReadonlySet<FindingCode> = new Set(['PEERS', 'LOAD', 'BOOTSTRAP', 'RELAY'])

export function healthOf(findings: readonly Finding[]): Health {
  const reasons = findings.filter(({ code, level }) => {
    return level === 'fail' || (level === 'warn' && TENDER.has(code))
  })
  if (reasons.length === 0) return { state: 'ok', reasons }
  const dead = reasons.some(({ code, level }) => level === 'fail' && VITAL.has(code))
  return { state: dead ? 'down' : 'degraded', reasons }
}
