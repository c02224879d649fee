import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'fill',
  description: 'Answers with as many letters as it is told to.',
  input: z.number(),
  output: z.string(),
  run: (letters) => 'x'.repeat(letters)
})
