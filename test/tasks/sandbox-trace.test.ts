import { expect, test } from 'vitest'
import { createTrace } from '../../src/tasks/sandbox-trace.ts'
import type { FromRunner } from '../../src/tasks/sandbox-messages.ts'

function open(contents?: boolean) {
  const told: unknown[] = []
  const payloads: (string | undefined)[] = []
  let now = 1_000
  const send = (message: FromRunner, payload?: Uint8Array): void => {
    if (message.type !== 'trace') return
    told.push(message.told)
    payloads.push(payload && Buffer.from(payload).toString())
  }
  return { trace: createTrace('t', send, () => (now += 250), contents), told, payloads }
}

test('a step is told with how long it took, and answers with what it was for', async () => {
  const { trace, told } = open()
  expect(await trace.step('add', async () => 2 + 2)).toBe(4)
  const gone = Object.assign(new Error('at /home/ada'), { code: 'ENOENT' })
  await expect(trace.step('read', () => Promise.reject(gone), 'memory')).rejects.toBe(gone)
  // oxlint-disable-next-line no-throw-literal -- skills throw what they like
  const odd = trace.step('odd', () => {
    throw 'a word' as unknown as Error
  })
  await expect(odd).rejects.toBe('a word')
  expect(told).toEqual([
    { type: 'step.ended', name: 'add', kind: 'step', wallMs: 250 },
    { type: 'step.ended', name: 'read', kind: 'memory', wallMs: 250, error: 'ENOENT' },
    { type: 'step.ended', name: 'odd', kind: 'step', wallMs: 250, error: 'thrown' }
  ])
})

test('a call took as long as it says, or since it began', () => {
  const { trace, told } = open()
  trace.tool('a', { wallMs: 3 })
  trace.tool('b', { startedMs: 1_200 })
  trace.tool('c', { startedMs: 1e9, error: 'early' })
  expect(told).toMatchObject([{ wallMs: 3 }, { wallMs: 50 }, { wallMs: 0, error: 'early' }])
})

test('what is too long is cut, and what no agent would take is refused here', () => {
  const { trace, told } = open()
  const call = { provider: 'p', model: 'm'.repeat(300), wallMs: 0 }
  trace.model({ ...call, tokens: { input: 1.2 } })
  expect(told).toEqual([
    {
      ...{ type: 'model.called', wallMs: 0, provider: 'p', model: 'm'.repeat(200) },
      ...{ operation: 'chat', input: 2, output: 0 }
    }
  ])
  expect(() => trace.model({ ...call, tokens: { output: -1 } })).toThrow('tokens.output from 0')
  expect(() => trace.model({ ...call, cost: Infinity })).toThrow('cost from 0')
  expect(() => trace.tool('x', { startedMs: Number.NaN })).toThrow('performance.now()')
  const trip = { guard: 'g', reason: 'r', limit: Number.NaN, value: 1, action: 'warned' as const }
  expect(() => trace.guard(trip)).toThrow('limit from 0')
  expect(told).toHaveLength(1)
})

test('a handoff is told to its end, and each of its stages once', () => {
  const { trace, told } = open()
  const first = trace.handoff({ mode: 'human', to: 'Mia' })
  const second = trace.handoff({ mode: 'pass-control', to: 'desk', reason: 'hers' })
  second.ended('ok')
  first.accepted()
  first.accepted()
  first.ended('rejected', 'no')
  first.ended('ok')
  first.accepted()
  expect(told).toEqual([
    { type: 'handoff.offered', call: 0, mode: 'human', to: 'Mia' },
    { type: 'handoff.offered', call: 1, mode: 'pass-control', to: 'desk', reason: 'hers' },
    { type: 'handoff.ended', call: 1, outcome: 'ok' },
    { type: 'handoff.accepted', call: 0 },
    { type: 'handoff.ended', call: 0, outcome: 'rejected', reason: 'no' }
  ])
})

test('contents leave the sandbox only where they are wanted, and never in the event itself', () => {
  const content = { input: [{ role: 'user', content: 'sesame' }], output: 'hush' }
  for (const wanted of [true, false, undefined]) {
    const { trace, told, payloads } = open(wanted)
    trace.model({ provider: 'p', model: 'm', wallMs: 1, content })
    trace.tool('find', { wallMs: 1, content: { output: null } })
    trace.tool('find', { wallMs: 1 })
    const line = '[{"role":"user","content":"sesame"}]\n"hush"'
    const sent = wanted === true ? [line, '\nnull', undefined] : Array(3).fill(undefined)
    expect(payloads).toEqual(sent)
    expect(JSON.stringify(told)).not.toMatch(/sesame|hush|content/)
  }
})
