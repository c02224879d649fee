import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'fans',
  description: 'Hands the same part on several times at once.',
  input: z.object({
    parts: z.number(),
    budget: z.object({ tokens: z.number().optional() }).optional()
  }),
  output: z.number(),
  run: async ({ parts, budget }, ctx) => {
    const options = budget?.tokens === undefined ? {} : { budget: { tokens: budget.tokens } }
    const all = Array.from({ length: parts }, (_, n) => ctx.run('part', n, options))
    return (await Promise.all(all)).length
  }
})
