import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PeerworkError } from '../../src/protocol/errors.ts'
import type { Workshop } from '../../src/tasks/work.ts'
import { errorOf, openShop, skillFile, submit, valueOf } from './shop.ts'
import type { Said } from './shop.ts'

const ALL = ['talks', 'throws', 'slow', 'busy-loop', 'bad-output', 'together'] as const
let shop: Workshop & { readonly said: Said[] }
beforeAll(async () => {
  const talks = {
    file: skillFile('talks'),
    config: { greeting: 'hej' },
    secrets: { KEY: 'open sesame' }
  }
  shop = await openShop([talks, ...ALL.slice(1)])
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('a skill that fails', () => {
  it('fails its task with what it threw', async () => {
    const outcome = await submit(shop, 'throws', { how: 'error' }).outcome
    expect(errorOf(outcome)).toEqual({
      code: 'SKILL_FAILED',
      message: 'TypeError: the oven is cold'
    })
  })

  it('gives the next task a fresh process when memory ran out in one', async () => {
    const runs = async (): Promise<unknown> =>
      valueOf(await submit(shop, 'throws', { how: 'count' }).outcome)
    const before = Number(await runs())
    await submit(shop, 'throws', { how: 'error' }).outcome
    expect(await runs()).toBe(before + 2)
    const handOn = async (): Promise<never> => {
      throw new PeerworkError('OUT_OF_MEMORY', 'the helper needed more')
    }
    const codeOf = async (how: string): Promise<string> =>
      errorOf(await submit(shop, 'throws', { how }, { handOn }).outcome).code
    // Of an agent that helped: the process here has as much room as before.
    expect(await codeOf('theirs')).toBe('OUT_OF_MEMORY')
    expect(await runs()).toBe(before + 4)
    expect(await codeOf('full')).toBe('OUT_OF_MEMORY')
    expect(await runs()).toBe(1)
  })

  it('fails its task when it throws from a callback', async () => {
    const outcome = await submit(shop, 'throws', { how: 'stray' }).outcome
    expect(errorOf(outcome)).toMatchObject({
      code: 'SKILL_FAILED',
      message: 'thrown from a callback'
    })
  })

  it('fails its task with the exit code when it takes the process down', async () => {
    const outcome = await submit(shop, 'throws', { how: 'exit' }).outcome
    expect(errorOf(outcome)).toMatchObject({ code: 'SKILL_CRASHED', facts: { code: 3 } })
    expect(errorOf(await submit(shop, 'throws', { how: 'string' }).outcome).message).toBe(
      'the skill threw just a string'
    )
  })

  it('leaves the next task alone when it throws after its end, and loses its process', async () => {
    expect(valueOf(await submit(shop, 'throws', { how: 'late' }).outcome)).toBeNull()
    await expect
      .poll(() => shop.said.map(({ message }) => message))
      .toContain('a skill threw after its task was over')
    expect(errorOf(await submit(shop, 'throws', { how: 'error' }).outcome).code).toBe(
      'SKILL_FAILED'
    )
  })

  it.each([{ value: 5 }, { value: { total: 'many' } }, { value: null }])(
    'fails when its output breaks its schema (%o)',
    async (input) => {
      const outcome = await submit(shop, 'bad-output', input).outcome
      expect(errorOf(outcome).code).toBe('OUTPUT_INVALID')
    }
  )

  it('takes only its own task and its neighbours in the process with it', async () => {
    const neighbour = submit(shop, 'together', { ms: 1000 })
    const culprit = submit(shop, 'together', { ms: 50, exit: true })
    expect(errorOf(await culprit.outcome).code).toBe('SKILL_CRASHED')
    expect(errorOf(await neighbour.outcome).code).toBe('SKILL_CRASHED')
    expect(valueOf(await submit(shop, 'together', { ms: 1 }).outcome)).toEqual(expect.any(Number))
  })
})

describe('a task that has to end', () => {
  it('is told so, and ends as canceled', async () => {
    const stop = new AbortController()
    const { outcome, started } = submit(shop, 'slow', { ms: 60_000 }, { signal: stop.signal })
    expect(started).toHaveLength(1)
    stop.abort()
    const ended = await outcome
    expect(ended).toMatchObject({ status: 'canceled', error: { code: 'CANCELED' } })
    expect(ended.usage.wallMs).toBeLessThan(10_000)
  })

  it('ends in a busy loop too, at its deadline', async () => {
    const { outcome } = submit(shop, 'busy-loop', null, { budget: { wallMs: 200 } })
    const ended = await outcome
    expect(errorOf(ended).code).toBe('DEADLINE_EXCEEDED')
    if (process.platform === 'linux') expect(ended.usage.cpuMs).toBeGreaterThan(50)
  })

  it('ends at the time limit of its skill when that is shorter', async () => {
    const { outcome } = submit(shop, 'together', { ms: 60_000 }, { budget: { wallMs: 60_000 } })
    expect(errorOf(await outcome)).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: expect.stringMatching(/within 20\d\d ms, which is all the skill allows$/) as string
    })
  })

  it.runIf(process.platform === 'linux')('ends when its processor time is used up', async () => {
    const { outcome } = submit(shop, 'busy-loop', null, { budget: { cpuMs: 150 } })
    expect(errorOf(await outcome)).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      facts: { what: 'cpuMs', limit: 150 }
    })
  })

  it.each([
    ['tokens', { tokens: 11 }, { tokens: 10 }],
    ['cost', { cost: 0.2 }, { cost: 0.1 }],
    ['bytes', { chunks: 5, size: 100 }, { bytes: 300 }]
  ])('ends when its %s are used up', async (what, input, budget) => {
    const outcome = await submit(shop, 'talks', input, { budget }).outcome
    expect(errorOf(outcome)).toMatchObject({ code: 'BUDGET_EXCEEDED', facts: { what } })
  })

  it('counts its output as bytes too', async () => {
    const outcome = await submit(shop, 'talks', {}, { budget: { bytes: 5 } }).outcome
    expect(errorOf(outcome)).toMatchObject({ code: 'BUDGET_EXCEEDED', facts: { what: 'bytes' } })
  })
})

describe('what a skill can say', () => {
  it('gets its configuration, its secrets and who asks', async () => {
    const outcome = await submit(shop, 'talks', {}, { from: 'peer-b' }).outcome
    expect(valueOf(outcome)).toMatchObject({
      greeting: 'hej',
      secrets: { KEY: 'open sesame' },
      from: 'peer-b'
    })
  })

  it('streams chunks in order, and waits for a slow reader', async () => {
    let open = 0
    let most = 0
    const chunk = async (): Promise<void> => {
      most = Math.max(most, ++open)
      await new Promise((resolve) => setTimeout(resolve, 2))
      open--
    }
    const heard = submit(shop, 'talks', { chunks: 40, size: 20 }, { chunk })
    await heard.outcome
    expect(heard.chunks).toEqual(Array.from({ length: 40 }, () => JSON.stringify('x'.repeat(20))))
    expect(most).toBe(1)
  })

  it('stops streaming when the reader never takes a chunk, and still ends in time', async () => {
    const chunk = (): Promise<void> => new Promise(() => undefined)
    const budget = { wallMs: 300 }
    const { outcome } = submit(shop, 'talks', { chunks: 100, size: 1000 }, { chunk, budget })
    expect(errorOf(await outcome).code).toBe('DEADLINE_EXCEEDED')
  })

  it('fails with PEER_LOST when chunks cannot be delivered', async () => {
    const chunk = (): Promise<void> => Promise.reject(new Error('gone'))
    const { outcome } = submit(shop, 'talks', { chunks: 3 }, { chunk })
    expect(errorOf(await outcome).code).toBe('PEER_LOST')
  })

  it('reports progress at a bearable rate, the last word always', async () => {
    const heard = submit(shop, 'talks', { progress: 2000 })
    await heard.outcome
    expect(heard.progress.length).toBeLessThan(50)
    expect(heard.progress.at(-1)).toEqual({ fraction: 1, message: 'step 2000' })
  })

  it('reports what it spent', async () => {
    const outcome = await submit(shop, 'talks', { tokens: 7, cost: 0.5 }).outcome
    expect(outcome.usage).toMatchObject({ tokens: 7, cost: 0.5 })
  })

  it('changes the shared state by patches, which come with the result', async () => {
    const outcome = await submit(shop, 'talks', { set: 'new' }, { state: { old: 1 } }).outcome
    expect(valueOf(outcome)).toMatchObject({ state: { old: 1, word: 'new' } })
    expect(outcome.patch).toEqual([{ op: 'add', path: '/word', value: 'new' }])
  })

  it('hands a part on with what is left of the budget', async () => {
    const heard = submit(
      shop,
      'talks',
      { tokens: 30, ask: 'other' },
      {
        budget: { depth: 2, tokens: 100, wallMs: 5000 },
        handOn: async ({ input }) => Buffer.from(`{"got":${Buffer.from(input).toString()}}`)
      }
    )
    expect(valueOf(await heard.outcome)).toMatchObject({ answer: { got: {} } })
    const [part] = heard.handed
    expect(part).toMatchObject({ skill: 'other', budget: { depth: 1, tokens: 70 } })
    expect(part?.budget.wallMs).toBeLessThanOrEqual(5000)
  })

  it('may not hand on when no depth is left', async () => {
    const outcome = await submit(shop, 'talks', { ask: 'x' }, { budget: { depth: 0 } }).outcome
    expect(errorOf(outcome).code).toBe('DEPTH_EXCEEDED')
  })

  it('fails with the error of its part', async () => {
    const outcome = await submit(shop, 'talks', { ask: 'x' }).outcome
    expect(errorOf(outcome)).toMatchObject({ message: 'nobody to hand on to' })
  })

  it('writes to the log of the agent, and so does what it prints, within a bound', async () => {
    await submit(shop, 'talks', { log: 'beware', print: 200 }).outcome
    expect(shop.said).toContainEqual(expect.objectContaining({ level: 'warn', message: 'beware' }))
    await expect
      .poll(() => shop.said.some(({ message }) => message.includes('the rest is dropped')))
      .toBe(true)
    const printed = shop.said.filter(({ message }) => message.startsWith('skill printed'))
    expect(printed.reduce((sum, { message }) => sum + message.length, 0)).toBeLessThan(200 * 1024)
  })
})
