import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'echo',
  description: 'Says what it hears.',
  input: z.string(),
  output: z.string(),
  run: (text) => text
})
