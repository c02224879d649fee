import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'hungry',
  description: 'Takes memory until it is stopped.',
  input: z.object({ of: z.enum(['heap', 'buffers']) }),
  output: z.null(),
  memoryMb: 64,
  run: async ({ of }, ctx) => {
    const kept: unknown[] = []
    ctx.progress('eating')
    for (;;) {
      if (of === 'heap') kept.push(Array.from({ length: 100_000 }, (_, n) => ({ n })))
      else kept.push(new Uint8Array(16 * 1024 * 1024).fill(1))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
})
