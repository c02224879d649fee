import { defineSkill } from 'peerwork'
import * as z from 'zod'

/** Uses every word of `ctx` that needs no network. */
export default defineSkill({
  name: 'talks',
  description: 'Streams, reports, spends, patches and hands on.',
  input: z.object({
    chunks: z.number().default(0),
    size: z.number().default(10),
    progress: z.number().default(0),
    tokens: z.number().default(0),
    cost: z.number().default(0),
    set: z.string().optional(),
    ask: z.string().optional(),
    log: z.string().optional(),
    print: z.number().default(0)
  }),
  output: z.unknown(),
  config: z.object({ greeting: z.string().default('hello') }),
  run: async (input, ctx) => {
    for (let n = 0; n < input.chunks; n++) await ctx.emit('x'.repeat(input.size))
    for (let n = 1; n <= input.progress; n++) ctx.progress(n / input.progress, `step ${n}`)
    if (input.tokens > 0) ctx.spend({ tokens: input.tokens })
    if (input.cost > 0) ctx.spend({ cost: input.cost })
    if (input.log !== undefined) ctx.log.warn(input.log)
    for (let n = 0; n < input.print; n++) process.stdout.write(`${'y'.repeat(1023)}\n`)
    if (input.set !== undefined) {
      ctx.state.patch([{ op: 'add', path: '/word', value: input.set }])
    }
    const answer = input.ask === undefined ? null : await ctx.run(input.ask, { from: ctx.task.id })
    return {
      greeting: ctx.config.greeting,
      secrets: ctx.secrets,
      state: ctx.state.read(),
      answer,
      from: ctx.task.from
    }
  }
})
