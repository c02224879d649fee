import { expect, test } from 'vitest'
import { decodeProtobuf } from '../../../src/observer/otlp/decode-protobuf.ts'
import { readSpans } from '../../../src/observer/otlp/read.ts'
import type { OtlpSpan } from '../../../src/observer/otlp/span.ts'
import { sentBySdk } from './sdk.ts'

const source = { kind: 'key', by: 'shop' } as const
const [, binary] = await sentBySdk()
const [sample] = decodeProtobuf(binary.body) as [OtlpSpan]
const spanOf = (changes: Partial<OtlpSpan>): OtlpSpan => ({ ...sample, ...changes })

test('a span of the SDK becomes one of ours, with everything it had', () => {
  const { spans, facts, rejected } = readSpans([sample], source)
  expect(rejected).toBe(0)
  expect(spans).toMatchObject([
    {
      ...{ source, kind: 'agent', name: 'planner', agent: 'planner', service: 'shop' },
      ...{ status: 'error', error: { code: 'TypeError', message: 'it broke' } },
      attributes: { whole: 7, 'resource.region': 'north', 'otel.scope.name': 'sample' }
    }
  ])
  expect(facts.map(({ type }) => type)).toEqual(['note', 'error'])
  expect(new Set(facts.map(({ id }) => id)).size).toBe(2)
})

test('spans without ids or times are rejected, the first reason told, the others kept', () => {
  const faulty = [{ trace: '' }, { span: '0'.repeat(16) }, { startUs: 0 }, { endUs: 1 }]
  const read = readSpans([...faulty.map(spanOf), sample], source)
  expect(read.rejected).toBe(4)
  expect(read.reason).toContain('traceId')
  expect(read.spans).toHaveLength(1)
})

test('a span without an end is open', () => {
  const [open] = readSpans([spanOf({ endUs: 0, status: 0, events: [] })], source).spans
  expect(open).toMatchObject({ status: 'open' })
  expect(open).not.toHaveProperty('endUs')
})

test('only calls of models spend tokens; sums in outer spans are not counted again', () => {
  const usage = { 'gen_ai.usage.input_tokens': 9, 'gen_ai.usage.output_tokens': 1 }
  const outer = { 'gen_ai.operation.name': 'invoke_agent', ...usage }
  const inner = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', ...usage }
  const { spans } = readSpans(
    [outer, inner].map((attributes) => spanOf({ attributes })),
    source
  )
  expect(spans[0]).not.toHaveProperty('tokens')
  expect(spans[1]).toMatchObject({ kind: 'model', tokens: { input: 9, output: 1 } })
})

test('a transfer is a handoff', () => {
  const attributes = {
    ...{ 'gen_ai.transfer.mode': 'pass_control', 'gen_ai.transfer.target.name': 'writer' },
    'gen_ai.caller.name': 'planner'
  }
  const { handoffs } = readSpans([spanOf({ attributes, status: 1, events: [] })], source)
  expect(handoffs).toMatchObject([
    { mode: 'pass-control', from: 'planner', to: 'writer', side: 'giver', status: 'ok' }
  ])
})

test('a large resource is not kept with every one of its spans', () => {
  const large = Array.from({ length: 100 }, (_, nth) => [`key ${nth}`, 'x'.repeat(1_000)])
  const resource = { ...(Object.fromEntries(large) as Record<string, string>), 'service.name': 's' }
  const { spans } = readSpans([spanOf({ resource, cut: 2 }), spanOf({ resource })], source)
  for (const [nth, { attributes = {}, service }] of spans.entries()) {
    const kept = Object.keys(attributes).filter((name) => name.startsWith('resource.'))
    expect(kept.length).toBeGreaterThan(10)
    expect(JSON.stringify(attributes).length).toBeLessThan(20_000)
    // What was left out is counted, beside what was before.
    expect(attributes['peerwork.cut']).toBe(101 - kept.length + (nth === 0 ? 2 : 0))
    expect(service).toBe('s')
  }
})
