/** The least a skill can do, so that what is measured is everything around it. */

import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'echo',
  description: 'Say the same again.',
  input: z.object({ text: z.string() }),
  output: z.string(),
  run: ({ text }) => text
})
