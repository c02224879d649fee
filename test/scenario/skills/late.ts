import { setTimeout as sleep } from 'node:timers/promises'
import { defineSkill } from 'peerwork'
import * as z from 'zod'

// Longer than two agents need to meet.
await sleep(1_500)

export default defineSkill({
  name: 'late',
  description: 'Takes its time to load.',
  input: z.number(),
  output: z.number(),
  run: (number) => number
})
