import { setTimeout as sleep } from 'node:timers/promises'
import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'together',
  description: 'Many tasks in one process.',
  input: z.object({ ms: z.number(), exit: z.boolean().default(false) }),
  output: z.number(),
  concurrency: 8,
  timeoutMs: 2000,
  run: async ({ ms, exit }, ctx) => {
    await sleep(ms, undefined, { signal: ctx.signal })
    if (exit) process.exit(9)
    return process.pid
  }
})
