import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'flood',
  description: 'Streams as fast as it is let, and tells how far it is.',
  input: z.object({ chunks: z.number(), size: z.number() }),
  output: z.number(),
  run: async ({ chunks, size }, ctx) => {
    for (let n = 1; n <= chunks; n++) {
      await ctx.emit(String(n).padEnd(size, '.'))
      ctx.progress(n / chunks)
    }
    return chunks
  }
})
