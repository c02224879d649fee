import { setTimeout as sleep } from 'node:timers/promises'
import { defineSkill } from 'peerwork'
import * as z from 'zod'

/** Chance of this process: tells runs before a restart from runs after it. */
const boot = Math.random().toString(36).slice(2)
let runs = 0

export default defineSkill({
  name: 'count',
  description: 'Says how often it ran in this process, so that a test can tell once from twice.',
  input: z.object({ n: z.number().default(0), ms: z.number().default(0) }),
  output: z.object({ n: z.number(), run: z.number(), boot: z.string() }),
  // One process for all, or there would be several counts.
  concurrency: 64,
  run: async ({ n, ms }, ctx) => {
    const run = ++runs
    ctx.progress(`run ${run}`)
    if (ms > 0) await sleep(ms, undefined, { signal: ctx.signal })
    return { n, run, boot }
  }
})
