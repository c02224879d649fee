import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'twice',
  description: 'Hands the same part on again and again, one after the other or all at once.',
  input: z.object({
    times: z.number(),
    skill: z.string(),
    to: z.string(),
    part: z.record(z.string(), z.json()),
    atOnce: z.boolean().default(false)
  }),
  output: z.number(),
  run: async ({ times, skill, to, part, atOnce }, ctx) => {
    const parts = Array.from({ length: atOnce ? times : 0 }, () => ctx.run(skill, part, { to }))
    await Promise.all(parts)
    for (let time = parts.length; time < times; time++) await ctx.run(skill, part, { to })
    return times
  }
})
