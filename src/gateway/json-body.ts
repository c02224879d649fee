/** A small body of JSON that a schema describes. */

import type * as z from 'zod/mini'
import { PeerworkError } from '../protocol/errors.ts'
import { faultIn } from '../observer/alerts/rules.ts'
import { readBody } from './body.ts'
import { Refusal } from './failure.ts'

/** What a person or a program sets, bytes: a rule, a channel, a key. */
const JSON_BYTES_MAX = 64 * 1024
export const JSON_TYPE = 'application/json'
const fatal = new TextDecoder('utf-8', { fatal: true })

/** @throws Refusal 400 for no JSON, 413 @throws PeerworkError `BAD_OPTION` naming the field */
export async function readJson<Schema extends z.ZodMiniType>(
  request: Request,
  schema: Schema
): Promise<z.output<Schema>> {
  const body = await readBody(request, { bytesMax: JSON_BYTES_MAX })
  const read = schema.safeParse(parsed(body))
  if (read.success) return read.data
  throw new PeerworkError('BAD_OPTION', faultIn(read.error.issues[0]))
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(fatal.decode(body))
  } catch {
    throw new Refusal(400, 'the body is no JSON')
  }
}
