import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'echo',
  description: 'Says what it hears.',
  input: z.object({ text: z.string(), times: z.number().int().default(1) }),
  output: z.string(),
  tags: ['test'],
  models: ['none'],
  run: ({ text, times }) => text.repeat(times)
})
