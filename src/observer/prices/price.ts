/** What a model's tokens cost, from a day on. */

import * as z from 'zod/mini'

const amount = z.number().check(z.gte(0))
/** Of a model or a provider, characters: what is longer is no name of one. */
const NAME_MAX = 512
const name = z.string().check(z.maxLength(NAME_MAX))

/** US dollars for a million tokens; a kind without a price of its own costs what `input` costs. */
const fields = z.strictObject({
  /** The model's id: the longest that fits counts. Empty for all models of a provider. */
  model: name,
  /** Only at this provider; any unless given. */
  provider: z.optional(name),
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

/** What says which price it is: another one of the same takes its place. */
export const priceKey = z.strictObject({
  model: name,
  provider: z.optional(name),
  from: z.iso.date()
})
export type PriceKey = z.infer<typeof priceKey>

/** Entries of a table that an operator wrote, count. */
const PRICES_MAX = 2_000
export const prices = z.array(price).check(z.maxLength(PRICES_MAX))
