import { setTimeout as sleep } from 'node:timers/promises'
import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'partly',
  description: 'Works in steps, pays for each, and says what it has so far.',
  input: z.object({
    steps: z.number(),
    tokens: z.number().default(0),
    cost: z.number().default(0),
    ms: z.number().default(0),
    /** Processor time of each step. */
    burnMs: z.number().default(0),
    /** Characters of each chunk. */
    chunk: z.number().default(0),
    /** Characters beside each part. */
    pad: z.number().default(0),
    atLast: z.boolean().default(false)
  }),
  output: z.object({ done: z.number() }),
  run: async ({ steps, tokens, cost, ms, burnMs, chunk, pad, atLast }, ctx) => {
    if (atLast) ctx.signal.addEventListener('abort', () => ctx.partial({ done: -1 }))
    for (let done = 1; done <= steps; done++) {
      if (chunk > 0) await ctx.emit('x'.repeat(chunk))
      const end = performance.now() + burnMs
      while (performance.now() < end);
      await sleep(ms, undefined, { signal: ctx.signal })
      ctx.partial(pad === 0 ? { done } : { done, pad: '.'.repeat(pad) })
      ctx.spend({ tokens, cost })
    }
    return { done: steps }
  }
})
