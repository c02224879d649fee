/** The words that queries are written in: texts of a URL that become numbers, times and ids. */

import * as z from 'zod/mini'
import { isLowerHex } from '../protocol/trace-context.ts'

const US = 1_000
/** Items of one page, count: what a browser shows, and what one query may cost. */
export const PAGE_MAX = 500
const PAGE = 50
const TEXT_LENGTH_MAX = 256
const CURSOR_LENGTH_MAX = 512

const hex = (digits: number, about: string) =>
  z.string().check(
    z.refine((id) => id.length === digits && isLowerHex(id), `${digits} lower-case hex digits`),
    z.meta({ description: about, pattern: `^[0-9a-f]{${digits}}$` })
  )
export const traceId = hex(32, 'Trace id.')
export const spanId = hex(16, 'Span id.')

const digits = z.string().check(z.regex(/^\d{1,6}$/, 'a whole number'))
export const limit = z._default(
  z.pipe(digits, z.pipe(z.transform(Number), z.number().check(z.gte(1), z.lte(PAGE_MAX)))),
  PAGE
)
/** The `next` of the page before. */
export const after = z.optional(z.string().check(z.maxLength(CURSOR_LENGTH_MAX)))
export const text = z.optional(z.string().check(z.maxLength(TEXT_LENGTH_MAX)))
export const amount = z.optional(
  z.pipe(
    z.string().check(z.regex(/^\d+(?:\.\d+)?(?:e-?\d+)?$/i, 'a number from 0')),
    z.transform(Number)
  )
)

/** ISO 8601, ms since 1970, or a time ago: `15m`, `24h`, `7d`. µs since 1970 comes out. */
export const time = z.optional(
  z.pipe(
    z.string().check(z.maxLength(40)),
    z.transform((value: string, context) => {
      const us = timeOf(value)
      if (us !== undefined) return us
      context.issues.push({
        ...{ code: 'custom', input: value, message: 'ISO 8601, ms since 1970, or 15m, 24h, 7d' }
      })
      return z.NEVER
    })
  )
)

/** A time ago is negative: whoever has a clock adds the present. */
const UNITS: Readonly<Record<string, number>> = { s: 1e6, m: 6e7, h: 3.6e9, d: 8.64e10 }

function timeOf(value: string): number | undefined {
  const ago = /^(\d{1,6})([smhd])$/.exec(value)
  if (ago !== null) return -Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0)
  if (/^\d{9,16}$/.test(value)) return Number(value) * US
  if (!/^\d{4}-\d\d-\d\d/.test(value)) return undefined
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : ms * US
}

/** From a time that may be relative to one that is not. */
export function absolute(us: number | undefined, nowMs: number): number | undefined {
  return us !== undefined && us <= 0 ? nowMs * US + us : us
}

/** `from` and `to` of a query, as a store takes them. */
export function windowOf(
  query: { readonly from?: number | undefined; readonly to?: number | undefined },
  nowMs: number
): { fromUs?: number; toUs?: number } {
  const [fromUs, toUs] = [absolute(query.from, nowMs), absolute(query.to, nowMs)]
  return { ...(fromUs !== undefined && { fromUs }), ...(toUs !== undefined && { toUs }) }
}
