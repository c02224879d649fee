/** An agent card: what an agent says of itself, signed, numbered and expiring. */

import type * as z from 'zod/mini'
import { CARD_BYTES_MAX } from '../constants.ts'
import type { Expectation, SealedBody } from '../seal.ts'
import * as shape from '../shape.ts'
import { isolation } from './result.ts'

/** Schemas travel as JSON text: JSON Schema is JSON, and a reader must bound it before parsing. */
export const SCHEMA_LENGTH_MAX = 16 * 1024
export const SKILLS_MAX = 64
export const ADDRESSES_MAX = 16
export const LABELS_MAX = 16

const schemaText = shape.exactText((value) => value.length <= SCHEMA_LENGTH_MAX)
const labels = shape.list(shape.shortText, LABELS_MAX)

/** What work costs, in the operator's unit; `budget.cost` counts in the same. */
const price = shape.object({
  perThousandTokens: shape.optional(shape.quantity),
  perTask: shape.optional(shape.quantity)
})

const offer = shape.object({
  name: shape.skillName,
  description: shape.text,
  /** JSON Schema (draft 2020-12) of the input and output, as JSON text. */
  input: schemaText,
  output: schemaText,
  tags: labels,
  /** Models behind the skill, for example `llama-3.2-3b`. */
  models: labels,
  /** Absent: the skill states none. */
  price: shape.optional(price)
})

const card = shape.object({
  v: shape.version,
  network: shape.network,
  from: shape.agentId,
  issued: shape.time,
  expires: shape.time,
  /** Grows with every card an agent ever signs; a lower one is old news. */
  seq: shape.count,
  name: shape.agentName,
  /** Version of the software. */
  version: shape.shortText,
  addresses: shape.list(shape.address, ADDRESSES_MAX),
  skills: shape.list(offer, SKILLS_MAX),
  isolation,
  load: shape.object({ running: shape.count, queued: shape.count, capacity: shape.count }),
  /** It passes connections on to peers that cannot be dialled; absent: it does not. */
  relay: shape.optional(shape.flag)
})

export type Card = z.infer<typeof card> & SealedBody
export type Price = z.infer<typeof price>
export const isPrice = shape.tester(price)
export type Offer = z.infer<typeof offer>

export const readCard = shape.reader('card', card)

/** How anybody opens the card of `sender`. */
export function expectCard(context: {
  network: string
  sender: string
  now: number
}): Expectation<Card> {
  const base = { kind: 'card', bytesMax: CARD_BYTES_MAX, check: readCard } as const
  return { ...base, ...context }
}

/** Another agent's addresses, as hearsay: to be dialled, never to be believed. */
const hint = shape.object({
  id: shape.agentId,
  addresses: shape.list(shape.address, ADDRESSES_MAX)
})
export type PeerHint = z.infer<typeof hint>
export const HINTS_MAX = 64

/** The one frame each side sends on a card stream. */
const exchange = shape.object({
  card: shape.bytesUpTo(CARD_BYTES_MAX),
  peers: shape.list(hint, HINTS_MAX)
})
export const readCardExchange = shape.reader('card exchange', exchange)
