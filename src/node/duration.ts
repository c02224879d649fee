/** Durations as people write them: `500ms`, `30s`, `5m`, `1h`, `7d`, or a number of ms. */

import { TASK_LIFE_MS_MAX } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * @param msMax longest that is taken; what becomes a timer must stay under 24 days
 * @returns whole ms, from 1 to the longest @throws PeerworkError `BAD_OPTION`
 */
export function toMs(value: number | string, what: string, msMax = TASK_LIFE_MS_MAX): number {
  const [, digits = '', unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(value)) ?? []
  const ms = Math.round(Number(digits) * UNITS[unit as keyof typeof UNITS])
  if (digits !== '' && ms > msMax) {
    const most = `${Math.round(msMax / UNITS.h)} h`
    throw new PeerworkError('BAD_OPTION', `${what}: "${value}" is over ${most}`.slice(0, 120))
  }
  if (digits !== '' && Number.isSafeInteger(ms) && ms >= 1) return ms
  throw new PeerworkError('BAD_OPTION', `${what}: "${value}" is no duration like 500ms, 30s, 5m`)
}
