/** Durations as people write them: `500ms`, `30s`, `5m`, `1h`, or a number of milliseconds. */

import { TASK_LIFE_MS_MAX } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

/** @returns whole ms, from 1 to a day: timers overflow at 25. @throws PeerworkError `BAD_OPTION` */
export function toMs(value: number | string, what: string): number {
  const [, digits = '', unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(String(value)) ?? []
  const ms = Math.round(Number(digits) * UNITS[unit as keyof typeof UNITS])
  if (digits !== '' && ms > TASK_LIFE_MS_MAX) {
    throw new PeerworkError('BAD_OPTION', `${what}: "${value}" is over 24 h`.slice(0, 120))
  }
  if (digits !== '' && Number.isSafeInteger(ms) && ms >= 1) return ms
  throw new PeerworkError('BAD_OPTION', `${what}: "${value}" is no duration like 500ms, 30s, 5m`)
}
