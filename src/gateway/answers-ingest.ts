/** What the ingest addresses answer. */

import * as z from 'zod/mini'

export const ingested = z.object({
  accepted: z.number(),
  rejected: z.number(),
  errors: z.array(z.object({ line: z.number(), code: z.string(), message: z.string() }))
})
