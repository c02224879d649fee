import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'busy-loop',
  description: 'Never gives the processor back.',
  input: z.unknown(),
  output: z.null(),
  run: () => {
    for (;;);
  }
})
