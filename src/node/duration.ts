/** Durations as people write them: `500ms`, `30s`, `5m`, `1h`, or a number of milliseconds. */

import { PeerworkError } from '../protocol/errors.ts'

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

/** @returns whole ms, at least 1. @throws PeerworkError `BAD_OPTION` */
export function toMs(value: number | string, what: string): number {
  const [, digits = '', unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(String(value)) ?? []
  const ms = Math.round(Number(digits) * UNITS[unit as keyof typeof UNITS])
  if (digits !== '' && Number.isSafeInteger(ms) && ms >= 1) return ms
  throw new PeerworkError('BAD_OPTION', `${what}: "${value}" is no duration like 500ms, 30s, 5m`)
}
