import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PeerworkError } from '../../src/protocol/errors.ts'
import type { Told } from '../../src/protocol/trace-step.ts'
import { Account } from '../../src/tasks/account.ts'
import {
  STEP_CONTENTS_BYTES_MAX,
  STEP_CONTENTS_MAX,
  TRACE_EVENTS_MAX
} from '../../src/tasks/limits.ts'
import type { ToldContent } from '../../src/tasks/step-content.ts'
import { outOfTime, Telling } from '../../src/tasks/tell.ts'
import type { Workshop } from '../../src/tasks/work.ts'
import { errorOf, openShop, skillFile, submit, valueOf } from './shop.ts'

const server = createServer((request, response) => {
  response.writeHead(request.url?.startsWith('/gone') === true ? 404 : 200).end('hi')
})
let shop: Workshop
let host: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const fetches = { file: skillFile('fetches'), config: { hosts: [host] } }
  shop = await openShop(['tells', 'forges', 'talks', 'slow', fetches])
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
  server.close()
})

const ofType = (told: readonly Told[], type: Told['type']) =>
  told.filter((one) => one.type === type)

describe('a skill that tells of its steps', () => {
  it('is heard in every word, in order, and its calls of models are spent once', async () => {
    const { outcome, told } = submit(shop, 'tells', { spend: 10 }, { state: {} })
    const ended = await outcome
    expect(valueOf(ended)).toEqual({ found: 'a page', thrown: 'RangeError: of the secret kind' })
    expect(ended.usage).toMatchObject({ tokens: 35, cost: 0.75 })
    expect(ended.traced).toEqual({ tokens: 25, cost: 0.25 })
    const wallMs = expect.any(Number) as number
    expect(told).toEqual([
      {
        ...{ type: 'model.called', provider: 'ollama', model: 'tiny', responseModel: 'tiny-1' },
        ...{ operation: 'chat', input: 20, output: 5, cacheRead: 8, reasoning: 2 },
        ...{ cost: 0.25, finish: 'stop', wallMs }
      },
      { type: 'tool.called', tool: 'look-up', wallMs },
      { type: 'tool.called', tool: 'look-up', wallMs: 0, error: 'ENOENT' },
      { type: 'step.ended', name: 'find', kind: 'retrieval', wallMs },
      { type: 'step.ended', name: 'think', kind: 'step', wallMs, error: 'RangeError' },
      {
        ...{ type: 'guard.tripped', guard: 'turns', reason: 'long' },
        ...{ limit: 3, value: 4, action: 'warned' }
      },
      {
        ...{ type: 'guard.tripped', guard: 'skill.budget.tokens', reason: 'mine' },
        ...{ limit: 1, value: 2, action: 'stopped' }
      },
      { type: 'handoff.offered', call: 0, mode: 'human', to: 'Mia', reason: 'sign this' },
      { type: 'handoff.accepted', call: 0 },
      { type: 'handoff.ended', call: 0, outcome: 'rejected', reason: 'not today' },
      { type: 'handoff.offered', call: 1, mode: 'pass-control', to: 'x'.repeat(200) }
    ])
    // No step is longer than its task, whatever it says.
    for (const one of told) {
      if ('wallMs' in one) expect(one.wallMs).toBeLessThanOrEqual(ended.usage.wallMs)
    }
    expect(JSON.stringify(told)).not.toContain('secret')
  })

  it('is stopped when its models use up more than the budget, and that is told', async () => {
    const budget = { budget: { tokens: 60 } }
    const { outcome, told } = submit(shop, 'tells', { calls: 4, waits: true }, budget)
    expect(errorOf(await outcome)).toMatchObject({ code: 'BUDGET_EXCEEDED', facts: { used: 75 } })
    const guards = ofType(told, 'guard.tripped').filter(
      (one) => one.type === 'guard.tripped' && one.guard === 'budget.tokens'
    )
    expect(guards).toMatchObject([{ limit: 60, value: 75, action: 'stopped' }])
  })

  it('is told so itself when it tells nonsense, and stays alive', async () => {
    const { outcome } = submit(shop, 'tells', { bad: true })
    expect(errorOf(await outcome).message).toContain('ctx.trace takes wallMs from 0')
  })

  it('spends without end, but tells only so much', async () => {
    const { outcome, told } = submit(shop, 'tells', { calls: TRACE_EVENTS_MAX + 50 })
    const ended = await outcome
    expect(ended.usage.tokens).toBe(25 * (TRACE_EVENTS_MAX + 50))
    expect(ended.traced?.tokens).toBe(25 * TRACE_EVENTS_MAX)
    expect(told).toHaveLength(TRACE_EVENTS_MAX + 1)
    expect(told.at(-1)).toMatchObject({ guard: 'trace.events', action: 'warned' })
  })
})

const model = {
  ...{ type: 'model.called', provider: 'p', model: 'm', operation: 'chat' },
  ...{ wallMs: 1, input: 1, output: 1 }
}
const offer = { type: 'handoff.offered', call: 0, mode: 'human', to: 'Mia' }

describe('a runner that breaks the rules of telling', () => {
  it.each([
    [{ ...model, input: -1 }],
    [{ ...model, input: 0.5 }],
    [{ ...model, cost: 1e300 }],
    [{ ...model, operation: 'steal' }],
    [{ ...model, provider: 'x'.repeat(201) }],
    [{ ...model, prompt: 'never' }],
    [{ ...model, trace: '00'.repeat(16) }],
    [{ type: 'task.completed' }],
    [{ type: 'tool.called', tool: 'x', wallMs: null }],
    [{ ...offer, call: 1 }],
    [offer, offer],
    [{ type: 'handoff.ended', call: 0, outcome: 'ok' }]
  ])('is ended: %j', async (...words) => {
    const { outcome, told } = submit(shop, 'forges', { what: 'told', told: words })
    expect(errorOf(await outcome).code).toBe('SKILL_CRASHED')
    expect(told.length).toBe(words.length - 1)
  })

  it('has its control characters made harmless', async () => {
    const words = [{ ...model, model: 'a\u001b[31mb' }]
    const { outcome, told } = submit(shop, 'forges', { what: 'told', told: words })
    expect(valueOf(await outcome)).toBe('honest')
    expect(told).toMatchObject([{ model: 'a\u{FFFD}[31mb' }])
  })
})

describe('what the agent tells itself', () => {
  it('is each request by its host and status, without path or query', async () => {
    const ask = async (url: string) => {
      const { outcome, told } = submit(shop, 'fetches', { url })
      await outcome
      return told
    }
    const tool = {
      type: 'tool.called',
      tool: `fetch ${host}`,
      wallMs: expect.any(Number) as number
    }
    expect(await ask(`http://${host}/page?key=sesame`)).toEqual([{ ...tool, status: 200 }])
    const gone = [{ ...tool, status: 404, error: 'HTTP 404' }]
    expect(await ask(`http://${host}/gone#here`)).toEqual(gone)
    const denied = [{ ...tool, tool: 'fetch elsewhere.example', error: 'HOST_DENIED' }]
    expect(await ask('https://elsewhere.example/')).toEqual(denied)
  })

  it('is the guard that ran out: of time, of bytes, of hands to pass work to', async () => {
    const late = submit(shop, 'slow', { ms: 60_000 }, { budget: { wallMs: 300 } })
    expect(errorOf(await late.outcome).code).toBe('DEADLINE_EXCEEDED')
    expect(late.told).toMatchObject([{ guard: 'budget.wall', limit: 300, action: 'stopped' }])
    const large = submit(shop, 'talks', { chunks: 3, size: 50 }, { budget: { bytes: 60 } })
    await large.outcome
    expect(large.told).toMatchObject([{ guard: 'budget.bytes', limit: 60 }])
    const deep = submit(shop, 'talks', { ask: 'more' }, { budget: { depth: 0 } })
    expect(errorOf(await deep.outcome).code).toBe('DEPTH_EXCEEDED')
    expect(deep.told).toMatchObject([{ guard: 'depth', limit: 0, value: 1 }])
  })
})

it('tells each guard once, and no guard of errors that are none', () => {
  const told: Told[] = []
  const account = new Account({ wallMs: 1, depth: 0 }, { cpuMs: 0, rssBytes: 0 })
  const telling = new Telling({ tell: (one) => void told.push(one) }, account, () => 5, 0)
  for (let n = 0; n < 3; n++) telling.guard(outOfTime(10, 12.5))
  telling.because(new PeerworkError('BUDGET_EXCEEDED', 'without facts'))
  telling.because(new PeerworkError('SKILL_FAILED', 'no', { what: 'tokens', limit: 1, used: 2 }))
  expect(told).toMatchObject([{ guard: 'budget.wall', limit: 10, value: 12.5 }])
})

describe('contents of steps', () => {
  const step = { type: 'tool.called', tool: 'find', wallMs: 0 }

  /** What a runner says, as it is told; sizes of contents in place of them. */
  function hear(payloads: readonly string[]) {
    const told: (string | number)[] = []
    const account = new Account({ wallMs: 1, depth: 0 }, { cpuMs: 0, rssBytes: 0 })
    const tell = (one: Told, content?: ToldContent): void => {
      if (one.type === 'guard.tripped') told.push(one.guard)
      else if (content?.input !== undefined) told.push(content.input.length)
    }
    const telling = new Telling({ tell }, account, () => 5, 0)
    for (const payload of payloads) telling.hear(step, Buffer.from(payload))
    return told
  }

  it('are told up to a number and a size, and what is left out is told once', () => {
    const few = Array.from({ length: STEP_CONTENTS_MAX + 5 }, () => '1\n')
    expect(hear(few)).toEqual([...Array(STEP_CONTENTS_MAX).fill(1), 'trace.contents'])
    const half = `${'x'.repeat(STEP_CONTENTS_BYTES_MAX / 2 - 1)}\n`
    const size = half.length - 1
    expect(hear([half, half, '1\n', '1\n'])).toEqual([size, size, 'trace.contents'])
  })

  it('stay in the sandbox unless they are wanted', async () => {
    const content = { input: 'sesame', output: [1] }
    const plain = submit(shop, 'tells', { content }, { state: {} })
    await plain.outcome
    expect(plain.contents).toEqual([])
    const wanted = submit(shop, 'tells', { content }, { state: {}, contents: true })
    await wanted.outcome
    const texts = wanted.contents.map(({ input, output }) => [String(input), String(output)])
    expect(texts).toEqual([['"sesame"', '[1]']])
    expect(JSON.stringify([plain.told, wanted.told])).not.toContain('sesame')
  })
})
