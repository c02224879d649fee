import { defineSkill } from 'peerwork'
import * as z from 'zod'

let runs = 0

export default defineSkill({
  name: 'throws',
  description: 'Fails in the way it is asked to.',
  input: z.object({
    how: z.enum(['error', 'string', 'exit', 'late', 'stray', 'nested', 'full', 'theirs', 'count'])
  }),
  output: z.unknown(),
  run: async ({ how }, ctx) => {
    runs++
    if (how === 'count') return runs
    if (how === 'full') throw new RangeError('Failed to allocate memory')
    if (how === 'theirs') return await ctx.run('helper', null)
    if (how === 'error') throw new TypeError('the oven is cold')
    // oxlint-disable-next-line typescript/only-throw-error
    if (how === 'string') throw 'just a string'
    if (how === 'exit') process.exit(3)
    if (how === 'stray') {
      setImmediate(() => {
        throw new Error('thrown from a callback')
      })
      await new Promise(() => undefined)
    }
    if (how === 'late') setTimeout(() => void Promise.reject(new Error('after the end')), 20)
    return null
  }
})
