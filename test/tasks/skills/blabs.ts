import { defineSkill } from 'peerwork'
import * as z from 'zod'

/** Says its secret wherever something is said, and keeps it in its output. */
export default defineSkill({
  name: 'blabs',
  description: 'Cannot keep a secret.',
  input: z.object({ how: z.enum(['throw', 'exit', 'return']) }),
  output: z.string(),
  run: async ({ how }, ctx) => {
    const said = `the key is ${ctx.secrets['KEY']}`
    ctx.log.warn(said)
    ctx.progress(said)
    await ctx.trace.step(said, () => null)
    process.stderr.write(`${said}\n`)
    if (how === 'throw') throw new Error(said)
    if (how === 'exit') process.exit(3)
    return said
  }
})
