import { setTimeout as sleep } from 'node:timers/promises'
import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'wait',
  description: 'Says that it begins, and waits as long as it is told to.',
  input: z.object({ ms: z.number() }),
  output: z.string(),
  run: async ({ ms }, ctx) => {
    ctx.progress('waiting')
    await sleep(ms, undefined, { signal: ctx.signal })
    return `waited ${ms}`
  }
})
