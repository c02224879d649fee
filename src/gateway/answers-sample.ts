/** What the API says of the sample. */

import * as z from 'zod/mini'

export const sample = z.object({
  loaded: z.int().check(z.meta({ description: 'Traces of it that are there.' })),
  traces: z.array(z.string()),
  failed: z.string().check(z.meta({ description: 'The trace of it that failed.' }))
})
