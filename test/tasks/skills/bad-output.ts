import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'bad-output',
  description: 'Answers with something else than it promised.',
  input: z.object({ value: z.unknown() }),
  output: z.object({ total: z.number() }),
  run: ({ value }) => (value === 'huge' ? { total: 1, x: 'y'.repeat(1) } : value) as never
})
