/** The small words that message schemas are written in. Unknown fields are refused everywhere. */

import * as z from 'zod/mini'
import { NAME_LENGTH_MAX, NETWORK_NAME, SKILL_NAME, TEXT_BYTES_MAX } from './constants.ts'
import { PeerworkError } from './errors.ts'
import { isErrorCode } from './errors.ts'
import type { ErrorCode } from './errors.ts'
import { isAgentId } from './identity.ts'

const TIME_MAX = 8.64e15

export const bytes = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length)
export const bytesUpTo = (max: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= max)
export const agentId = z.string().check(z.refine(isAgentId))
export const network = z.string().check(z.maxLength(NAME_LENGTH_MAX), z.regex(NETWORK_NAME))
export const skillName = z.string().check(z.maxLength(NAME_LENGTH_MAX), z.regex(SKILL_NAME))
export const text = z.string().check(z.maxLength(TEXT_BYTES_MAX))
export const shortText = z.string().check(z.maxLength(200))
/** A time, ms since 1970. */
export const time = z.int().check(z.gte(0), z.lte(TIME_MAX))
/** A count, size or duration: a whole number from 0. */
export const count = z.int().check(z.gte(0))
/** A quantity that need not be whole (cost, fraction): finite and not negative. */
export const quantity = z.number().check(z.gte(0), z.refine(Number.isFinite))
export const errorCode = z.custom<ErrorCode>(isErrorCode)
const fact = z.union([shortText, z.number(), z.boolean(), z.null()])
export const facts = z.record(z.string().check(z.maxLength(40)), fact)
export const errorRecord = z.strictObject({
  code: errorCode,
  message: text,
  facts: z.optional(facts)
})

/** A reader for `open` and for frames: the typed value, or `MALFORMED` with the first fault. */
export function reader<Schema extends z.ZodMiniType>(
  what: string,
  schema: Schema
): (value: unknown) => z.infer<Schema> {
  return (value) => {
    const outcome = schema.safeParse(value)
    if (outcome.success) return outcome.data as z.infer<Schema>
    const issue = outcome.error.issues[0]
    const where = issue?.path.map(String).join('.') ?? ''
    const why = `${where === '' ? 'the whole' : where}: ${issue?.message ?? 'invalid'}`
    throw new PeerworkError('MALFORMED', `not a ${what}: ${why}`.slice(0, TEXT_BYTES_MAX))
  }
}
