import { expect, test } from 'vitest'
import { fold } from '../../src/observer/fold.ts'
import type { TraceEvent } from '../../src/protocol/trace.ts'
import { ALICE, BOB, TASK, TRACE } from '../node/control-double.ts'

const bob = { id: BOB, boot: '00112233aabbccdd', name: 'bob' }
const alice = { id: ALICE, boot: 'ddccbbaa33221100', name: 'alice' }
const asked = {
  ...{ seq: 3, at: 1_000, trace: TRACE, span: '00000000000000aa', task: TASK, skill: 'chat' },
  ...{ side: 'requester' as const, peer: ALICE }
} as const
const done = {
  ...{ ...asked, span: '00000000000000bb', parent: '00000000000000aa', side: 'executor' as const },
  ...{ peer: BOB, at: 1_500 }
} as const
const usage = { wallMs: 400, cpuMs: 10, tokens: 30, cost: 0.5, bytes: 9, chunks: 0 }
const SEALED_BY_BOB = { kind: 'agent', by: BOB }

test('an event of an agent is a fact, and of no span', () => {
  const event: TraceEvent = { type: 'agent.started', seq: 0, at: 5, name: 'bob' }
  expect(fold(event, bob)).toEqual({
    spans: [],
    handoffs: [],
    facts: [
      {
        ...{ id: `${BOB}/00112233aabbccdd/0`, source: SEALED_BY_BOB, atUs: 5_000 },
        ...{ type: 'agent.started', body: event }
      }
    ]
  })
})

test('what a requester submits opens its span and offers a handoff', () => {
  const { spans, handoffs, facts } = fold({ ...asked, type: 'task.submitted', bytes: 7 }, bob)
  expect(spans).toEqual([
    {
      ...{ trace: TRACE, span: '00000000000000aa', source: SEALED_BY_BOB, kind: 'task' },
      ...{ name: 'chat', agent: 'bob', task: TASK, skill: 'chat', side: 'requester' },
      ...{ startUs: 1_000_000, status: 'open' }
    }
  ])
  expect(handoffs).toEqual([
    {
      ...{ trace: TRACE, id: `${TASK}/${ALICE}`, side: 'giver', source: SEALED_BY_BOB },
      ...{ from: BOB, to: ALICE, skill: 'chat', span: '00000000000000aa' },
      ...{ mode: 'return-to-caller', offeredUs: 1_000_000, status: 'offered', bytes: 7 }
    }
  ])
  expect(facts).toMatchObject([{ trace: TRACE, span: '00000000000000aa' }])
})

test('only the executor counts what its work used up, less what its calls of models told', () => {
  const told = { toldTokens: 20, toldCost: 0.5 }
  const [executor] = fold({ ...done, type: 'task.completed', ...usage, ...told }, alice).spans
  expect(executor).toMatchObject({ status: 'ok', endUs: 1_500_000, tokens: { output: 10 } })
  expect(executor?.cost).toBeUndefined()
  const [requester] = fold({ ...asked, type: 'task.completed', ...usage }, bob).spans
  expect(requester?.tokens).toBeUndefined()
  expect(requester?.cost).toBeUndefined()
})

test('a call of a model is a span of its own that ended when it was told', () => {
  const call = {
    ...{ ...done, span: '00000000000000cc', parent: '00000000000000bb', at: 1_400 },
    ...{
      type: 'model.called' as const,
      provider: 'ollama',
      model: 'llama',
      responseModel: 'llama:8b'
    },
    ...{ operation: 'chat' as const, wallMs: 250, input: 20, output: 5, cacheRead: 4, cost: 0.1 }
  } as const
  expect(fold(call, alice).spans).toMatchObject([
    {
      ...{ kind: 'model', name: 'llama', model: 'llama:8b', provider: 'ollama', status: 'ok' },
      ...{ parent: '00000000000000bb', startUs: 1_150_000, endUs: 1_400_000 },
      ...{ tokens: { input: 20, output: 5, cacheRead: 4 }, cost: 0.1, costSource: 'reported' }
    }
  ])
})

test.for([
  ['task.failed', 'BUSY'],
  ['task.rejected', 'BUSY'],
  ['task.canceled', 'CANCELED']
] as const)('%s ends the span and the handoff with its reason', ([type, code]) => {
  const rest = { code: 'BUSY', message: 'full', reason: 'enough' } as const
  const { spans, handoffs } = fold({ ...asked, ...rest, type }, bob)
  expect(spans).toMatchObject([{ endUs: 1_000_000, error: { code } }])
  expect(handoffs).toMatchObject([{ endedUs: 1_000_000, error: { code } }])
})

test('contents of a step do not make a task of it, whichever is heard first', () => {
  const part = { of: 'input', part: 0, parts: 1, nonce: 'A'.repeat(16), data: 'AAAA' } as const
  const guard = { guard: 'trace.content', reason: 'too large', limit: 1, value: 2 } as const
  for (const event of [
    { ...done, type: 'content.part', ...part } as const,
    { ...done, type: 'guard.tripped', ...guard, action: 'warned' } as const
  ]) {
    const { spans } = fold(event, alice)
    expect(spans).toHaveLength(1)
    expect([spans[0]?.kind, spans[0]?.name]).toEqual([undefined, undefined])
  }
})
