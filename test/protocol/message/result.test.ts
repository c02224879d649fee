import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode } from '../../../src/protocol/canonical.ts'
import { SEALED_BYTES_MAX, TEXT_BYTES_MAX } from '../../../src/protocol/constants.ts'
import { PeerworkError, toRecord } from '../../../src/protocol/errors.ts'
import { readResult } from '../../../src/protocol/message/result.ts'
import type { Result } from '../../../src/protocol/message/result.ts'
import { seal } from '../../../src/protocol/seal.ts'
import { agentId, alice, bytesOf, codeOf, count, errorRecord, label } from '../samples.ts'
import { quantity, resultBody, time } from '../samples.ts'

const rest = fc.record({
  v: fc.constant(1),
  network: fc.constant('home'),
  from: agentId,
  to: agentId,
  issued: time,
  id: bytesOf(16),
  task: bytesOf(32),
  chunks: fc.record({ count, bytes: count, digest: bytesOf(32) }),
  usage: fc.record({
    wallMs: quantity,
    cpuMs: quantity,
    peakRssBytes: count,
    tokens: count,
    cost: quantity
  }),
  engine: label,
  isolation: fc.constantFrom('process' as const, 'os' as const),
  started: time,
  finished: time,
  patch: fc.option(fc.record({ digest: bytesOf(32), bytes: count }), { nil: undefined }),
  replay: fc.option(fc.boolean(), { nil: undefined })
})
const completed = fc
  .tuple(rest, fc.record({ digest: bytesOf(32), bytes: count }))
  .map(([body, output]): Result => ({ ...body, status: 'completed', output }))
const failed = fc
  .tuple(rest, errorRecord, fc.constantFrom('failed' as const, 'canceled' as const))
  .map(([body, error, status]): Result => ({ ...body, status, error: error as never }))
const part = fc
  .tuple(rest, errorRecord, fc.record({ digest: bytesOf(32), bytes: count }))
  .map(([body, error, partial]): Result => {
    return { ...body, status: 'failed', error, partial }
  })

test('any valid result comes back as it went', () => {
  fc.assert(
    fc.property(fc.oneof(completed, failed, part), (body) => {
      expect(readResult(decode(encode(body)))).toEqual(body)
    })
  )
})

test('the longest error there is fits in a seal', () => {
  const facts = Array.from({ length: 16 }, (_, at) => [`${'n'.repeat(38)}${at}`, '世'.repeat(200)])
  const error = new PeerworkError(
    'INTERNAL',
    'é'.repeat(TEXT_BYTES_MAX),
    Object.fromEntries(facts) as Record<string, string>
  )
  const { output: _, ...body } = resultBody({ status: 'failed', error: toRecord(error) })
  const { bytes } = seal('result', body, alice)
  expect(bytes.length).toBeLessThanOrEqual(SEALED_BYTES_MAX)
  expect(codeOf(() => readResult(decode(bytes.subarray(66))))).toBeUndefined()
})

const error = { code: 'SKILL_FAILED' as const, message: 'no' }
const { output, ...bare } = resultBody()
test.each([
  ['completed without an output', bare],
  ['completed with a part', { ...resultBody(), partial: output }],
  ['canceled with a part', { ...bare, status: 'canceled', error, partial: output }],
  ['completed with an error', { ...resultBody(), error }],
  ['failed without an error', { ...bare, status: 'failed' }],
  ['failed with an output', { ...bare, status: 'failed', error, output }],
  ['canceled without an error', { ...bare, status: 'canceled' }],
  ['of an unknown status', { ...resultBody(), status: 'working' }],
  ['at an isolation that is none', { ...resultBody(), isolation: 'none' }],
  ['with an unknown error code', { ...bare, status: 'failed', error: { code: 'X', message: '' } }],
  ['with usage that is not finite', { ...resultBody(), usage: { ...bare.usage, cost: Infinity } }]
])('a result %s is malformed', (_what, body) => {
  expect(codeOf(() => readResult(body))).toBe('MALFORMED')
})
