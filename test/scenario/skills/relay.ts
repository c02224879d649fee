import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'relay',
  description: 'Hands the work on, step by step, and says what came back.',
  input: z.object({
    /** Tokens that each relay uses up before it hands on. */
    spend: z.number().default(0),
    steps: z.array(z.object({ skill: z.string(), to: z.string() })),
    /** What the last step gets. */
    work: z.union([z.string(), z.record(z.string(), z.json())])
  }),
  output: z.unknown(),
  run: async ({ spend, steps, work }, ctx) => {
    if (spend > 0) ctx.spend({ tokens: spend })
    const [step, ...rest] = steps
    if (step === undefined) return 'nobody left'
    const { skill, to } = step
    const part = skill === 'relay' ? { spend, steps: rest, work } : work
    return ctx.run(skill, part, { to })
  }
})
