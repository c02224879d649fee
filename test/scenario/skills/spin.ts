import { setImmediate as turn } from 'node:timers/promises'
import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'spin',
  description: 'Says that it begins, and never gives the processor back.',
  input: z.unknown(),
  output: z.null(),
  run: async (_input, ctx) => {
    ctx.progress('spinning')
    await turn()
    for (;;);
  }
})
