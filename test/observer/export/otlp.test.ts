import { expect, test } from 'vitest'
import { toOtlp } from '../../../src/observer/export/otlp.ts'
import { decodeJson } from '../../../src/observer/otlp/decode-json.ts'
import { readSpans } from '../../../src/observer/otlp/read.ts'
import type { StoredSpan } from '../../../src/observer/store.ts'

const source = { kind: 'agent', by: '12D3KooW' } as const
const task: StoredSpan = {
  ...{ trace: 'ab'.repeat(16), span: 'aa'.repeat(8), source, kind: 'task', name: 'chat' },
  ...{ agent: 'alice', startUs: 1_700_000_000_000_000, endUs: 1_700_000_000_500_000 },
  ...{ status: 'error', error: { code: 'DEADLINE_EXCEEDED', message: 'too late' } },
  ...{ task: 'cd'.repeat(16), skill: 'chat', side: 'executor', peer: '12D3KooX' }
}
const model: StoredSpan = {
  ...{ trace: task.trace, span: 'bb'.repeat(8), parent: task.span, source, kind: 'model' },
  ...{ name: 'llama', model: 'llama', provider: 'ollama', agent: 'alice', status: 'ok' },
  ...{ startUs: 1_700_000_000_100_000, endUs: 1_700_000_000_400_000 },
  ...{ tokens: { input: 5, output: 2, cacheRead: 1 }, cost: 0.5, costSource: 'reported' },
  attributes: { note: 'kept', list: [1, 'b', { c: true }], 'resource.region': 'north' }
}

test('what goes out as OTLP comes back the same', () => {
  const sent = JSON.stringify(toOtlp([task, model]))
  const { spans } = readSpans(decodeJson(sent), { kind: 'key', by: 'k' })
  const [back, called] = spans
  const { source: _, ...rest } = task
  expect(back).toMatchObject(rest)
  expect(called).toMatchObject({
    ...{ kind: 'model', tokens: model.tokens, cost: 0.5, model: 'llama', parent: task.span },
    attributes: { note: 'kept', list: [1, 'b', { c: true }], 'resource.region': 'north' }
  })
})

test('whoever vouched is told', () => {
  const sent = JSON.stringify(toOtlp([task]))
  expect(decodeJson(sent)[0]?.attributes).toMatchObject({
    ...{ 'peerwork.sealed': true, 'peerwork.by': '12D3KooW', 'error.type': 'DEADLINE_EXCEEDED' }
  })
})
