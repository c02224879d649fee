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

/** A whole number from 1. @param about says what is counted */
export function countUpTo(most: number, about: string) {
  const digits = z
    .string()
    .check(z.regex(/^\d{1,6}$/, 'a whole number'), z.meta({ description: about }))
  return z.pipe(digits, z.pipe(z.transform(Number), z.number().check(z.gte(1), z.lte(most))))
}

/** @param most that one page may have, count */
export const limitUpTo = (most: number) =>
  z._default(countUpTo(most, `Items, 1 to ${most}; ${PAGE} unless given.`), PAGE)
export const limit = limitUpTo(PAGE_MAX)
export const after = z.optional(
  z
    .string()
    .check(
      z.maxLength(CURSOR_LENGTH_MAX),
      z.meta({ description: 'The `next` of the page before.' })
    )
)
export const before = z.optional(
  z
    .string()
    .check(z.maxLength(CURSOR_LENGTH_MAX), z.meta({ description: 'The `prev` of the page after.' }))
)
export const text = z.optional(z.string().check(z.maxLength(TEXT_LENGTH_MAX)))
export const amount = z.optional(
  z.pipe(
    z.string().check(z.regex(/^\d{1,15}(?:\.\d{1,15})?(?:e-?\d{1,2})?$/i, 'a number from 0')),
    z.transform(Number)
  )
)

/** A moment that a query means, µs: since 1970, or before the present. */
export type Moment = { readonly us: number } | { readonly agoUs: number }

/** ISO 8601, ms since 1970, or a time ago: `15m`, `24h`, `7d`. */
export const time = z.optional(
  z.pipe(
    z
      .string()
      .check(
        z.maxLength(40),
        z.meta({ description: 'ISO 8601, ms since 1970, or a time ago: 15m, 24h, 7d.' })
      ),
    z.transform((value: string, context): Moment => {
      const moment = momentOf(value)
      if (moment !== undefined) return moment
      context.issues.push({
        ...{ code: 'custom', input: value, message: 'ISO 8601, ms since 1970, or 15m, 24h, 7d' }
      })
      return z.NEVER
    })
  )
)

const UNITS: Readonly<Record<string, number>> = { s: 1e6, m: 6e7, h: 3.6e9, d: 8.64e10 }

function momentOf(value: string): Moment | undefined {
  const ago = /^(\d{1,6})([smhd])$/.exec(value)
  if (ago !== null) return { agoUs: Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0) }
  if (/^\d{1,16}$/.test(value)) return { us: bounded(Number(value) * US) }
  if (!/^\d{4}-\d\d-\d\d/.test(value)) return undefined
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : { us: bounded(ms * US) }
}

/** Stores count in whole numbers; there is nothing to find beyond the year 2255. */
const bounded = (us: number): number =>
  Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.round(us)))

/** From a time that may be relative to one that is not, µs since 1970. */
export function absolute(moment: Moment | undefined, nowMs: number): number | undefined {
  if (moment === undefined) return undefined
  return 'us' in moment ? moment.us : nowMs * US - moment.agoUs
}

/** `from` and `to` of a query, as a store takes them. */
export function windowOf(
  query: { readonly from?: Moment | undefined; readonly to?: Moment | undefined },
  nowMs: number
): { fromUs?: number; toUs?: number } {
  const [fromUs, toUs] = [absolute(query.from, nowMs), absolute(query.to, nowMs)]
  return { ...(fromUs !== undefined && { fromUs }), ...(toUs !== undefined && { toUs }) }
}
