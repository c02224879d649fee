import { defineSkill } from 'peerwork'
import * as z from 'zod'

/** Uses every word of `ctx.trace`, as often as it is asked to. */
export default defineSkill({
  name: 'tells',
  description: 'Tells of steps it takes.',
  input: z.object({
    calls: z.number().default(1),
    spend: z.number().default(0),
    bad: z.boolean().default(false),
    waits: z.boolean().default(false),
    content: z.object({ input: z.unknown(), output: z.unknown() }).optional()
  }),
  output: z.unknown(),
  run: async ({ calls, spend, bad, waits, content }, { trace, ...ctx }) => {
    const began = performance.now()
    if (spend > 0) ctx.spend({ tokens: spend, cost: 0.5 })
    for (let n = 0; n < calls; n++) {
      trace.model({
        ...{ provider: 'ollama', model: 'tiny', responseModel: 'tiny-1', startedMs: began },
        tokens: { input: 20, output: 5, cacheRead: 8, reasoning: 2 },
        ...{ cost: 0.25, finish: 'stop' }
      })
    }
    trace.tool('look-up', { wallMs: 1e9, ...(content && { content }) })
    trace.tool('look-up', { wallMs: 0, error: 'ENOENT' })
    const found = await trace.step('find', () => 'a page', 'retrieval')
    const thrown = await trace
      .step('think', () => {
        throw new RangeError('of the secret kind')
      })
      .catch((error: unknown) => String(error))
    trace.guard({ guard: 'turns', reason: 'long', limit: 3, value: 4, action: 'warned' })
    trace.guard({ guard: 'budget.tokens', reason: 'mine', limit: 1, value: 2, action: 'stopped' })
    const person = trace.handoff({ mode: 'human', to: 'Mia', reason: 'sign this' })
    person.accepted()
    person.accepted()
    person.ended('rejected', 'not today')
    person.ended('ok')
    trace.handoff({ mode: 'pass-control', to: 'x'.repeat(500) })
    ctx.state.patch([{ op: 'add', path: '/word', value: 'hush' }])
    if (bad) trace.tool('broken', { wallMs: Number.NaN })
    if (waits) await new Promise((_, reject) => ctx.signal.addEventListener('abort', reject))
    return { found, thrown }
  }
})
