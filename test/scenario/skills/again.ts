import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'again',
  description: 'Hands the same work on to whoever else offers it.',
  input: z.unknown(),
  output: z.unknown(),
  run: async (input, ctx) => ctx.run('again', input as string)
})
