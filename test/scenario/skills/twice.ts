import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'twice',
  description: 'Hands the same part on again and again, one after the other.',
  input: z.object({
    times: z.number(),
    skill: z.string(),
    to: z.string(),
    part: z.record(z.string(), z.json())
  }),
  output: z.number(),
  run: async ({ times, skill, to, part }, ctx) => {
    for (let time = 0; time < times; time++) await ctx.run(skill, part, { to })
    return times
  }
})
