/** The smallest skill: text in, text out. A skill is a file, because a file can be sandboxed. */

import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'shout',
  description: 'Say it louder.',
  input: z.object({ text: z.string() }),
  output: z.string(),
  run: ({ text }) => text.toUpperCase()
})
