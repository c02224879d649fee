/** What a model's tokens cost, from a day on. */

import * as z from 'zod/mini'

const amount = z.number().check(z.gte(0))

/** US dollars for a million tokens; a kind without a price of its own costs what `input` costs. */
const fields = z.strictObject({
  /** The model's id: the longest that fits counts. Empty for all models of a provider. */
  model: z.string(),
  /** Only at this provider; any unless given. */
  provider: z.optional(z.string()),
  /** The day from which it holds, UTC, as `2025-08-07`. */
  from: z.iso.date(),
  input: amount,
  output: amount,
  cacheRead: z.optional(amount),
  cacheWrite: z.optional(amount)
})
export const price = fields.check(
  z.refine(({ model, provider }) => model !== '' || provider !== undefined, 'no model is named')
)
export type Price = z.infer<typeof price>

/** Entries of a table that an operator wrote, count. */
const PRICES_MAX = 2_000
export const prices = z.array(price).check(z.maxLength(PRICES_MAX))
