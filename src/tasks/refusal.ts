/** Outcomes of work that never ran. */

import { PeerworkError } from '../protocol/errors.ts'
import type { ErrorRecord } from '../protocol/errors.ts'
import type { Isolation, Usage } from '../protocol/message/result.ts'
import type { Outcome } from './work.ts'

const NO_USAGE: Usage = { wallMs: 0, cpuMs: 0, peakRssBytes: 0, tokens: 0, cost: 0 }

/** @param reason why, usually the reason of an aborted signal */
export function refusal(reason: unknown, isolation: Isolation): Outcome {
  const error = asCanceled(reason)
  const status = statusOf(error)
  return { status, error: recordOf(error), usage: NO_USAGE, isolation }
}

/** The reason of an aborted signal; without one of ours it was canceled on request. */
export function asCanceled(reason: unknown): PeerworkError {
  if (reason instanceof PeerworkError) return reason
  return new PeerworkError('CANCELED', 'canceled on request', {}, reason)
}

export function statusOf(error: PeerworkError): 'canceled' | 'failed' {
  return error.code === 'CANCELED' ? 'canceled' : 'failed'
}

export function recordOf(error: PeerworkError): ErrorRecord {
  const { code, message, facts } = error
  return Object.keys(facts).length === 0 ? { code, message } : { code, message, facts }
}

/** Facts that came out of the sandbox: only what may cross the wire. */
export function factsOf({
  facts = {}
}: ErrorRecord): Record<string, string | number | boolean | null> {
  const kinds = new Set(['string', 'number', 'boolean'])
  const kept = Object.entries(facts).filter(
    ([name, value]) => name.length <= 40 && (value === null || kinds.has(typeof value))
  )
  return Object.fromEntries(
    kept
      .slice(0, 20)
      .map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, 200) : value])
  )
}
