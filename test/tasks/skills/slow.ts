import { setTimeout as sleep } from 'node:timers/promises'
import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'slow',
  description: 'Waits, and stops waiting when it is told to.',
  input: z.object({ ms: z.number() }),
  output: z.string(),
  run: async ({ ms }, ctx) => {
    await sleep(ms, undefined, { signal: ctx.signal })
    return `waited ${ms}`
  }
})
