import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode } from '../../../src/protocol/canonical.ts'
import { INPUT_BYTES_MAX, SEALED_BYTES_MAX } from '../../../src/protocol/constants.ts'
import { identityFromSeed } from '../../../src/protocol/identity.ts'
import { inputFits, readTask } from '../../../src/protocol/message/task.ts'
import type { Task } from '../../../src/protocol/message/task.ts'
import { seal } from '../../../src/protocol/seal.ts'
import { agentId, bob, bytesOf, codeOf, count, label, quantity, skillName } from '../samples.ts'
import { taskBody, time } from '../samples.ts'

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const budget = fc.record({
  wallMs: fc.integer({ min: 1, max: 86_400_000 }),
  cpuMs: optional(count),
  tokens: optional(count),
  cost: optional(quantity),
  bytes: optional(count),
  depth: fc.integer({ min: 0, max: 16 })
})
const task: fc.Arbitrary<Task> = fc.record({
  v: fc.constant(1),
  network: fc.constantFrom('home', 'a', '9.example-net'),
  from: agentId,
  to: agentId,
  issued: time,
  expires: time,
  id: bytesOf(16),
  nonce: bytesOf(16),
  skill: skillName,
  input: fc.record({ digest: bytesOf(32), bytes: count }),
  state: optional(fc.record({ digest: bytesOf(32), bytes: count })),
  budget,
  trace: fc.constant(taskBody().trace),
  parent: optional(bytesOf(16)),
  path: optional(
    fc.array(fc.record({ from: agentId, skill: skillName, input: bytesOf(32) }), {
      minLength: 1,
      maxLength: 16
    })
  ),
  key: optional(label),
  priority: optional(fc.constantFrom('low', 'normal', 'high'))
})

const hop = { from: bob.id, skill: 'shout', input: new Uint8Array(32) }

test('any valid task comes back as it went, without the fields it does not have', () => {
  fc.assert(
    fc.property(task, (body) => {
      const read = readTask(decode(encode(body)))
      expect(read).toEqual(body)
      expect(Object.values(read)).not.toContain(undefined)
    })
  )
})

test('any valid task fits in a seal', () => {
  const signer = identityFromSeed(new Uint8Array(32))
  fc.assert(
    fc.property(task, (body) => {
      expect(seal('task', body, signer).bytes.length).toBeLessThan(SEALED_BYTES_MAX / 3)
    }),
    { numRuns: 20 }
  )
})

test.each([
  ['no executor', { to: undefined }],
  ['no expiry', { expires: undefined }],
  ['a short id', { id: new Uint8Array(15) }],
  ['an id in hex', { id: '11'.repeat(16) }],
  ['an odd skill', { skill: '../../etc/passwd' }],
  ['a trace context that is none', { trace: 'abc' }],
  ['no time to work', { budget: { wallMs: 0, depth: 1 } }],
  ['more than a day', { budget: { wallMs: 86_400_001, depth: 1 } }],
  ['a longer chain than may be', { budget: { wallMs: 1, depth: 17 } }],
  ['a negative budget', { budget: { wallMs: 1, depth: 1, cost: -1 } }],
  ['a budget of another kind', { budget: { wallMs: 1, depth: 1, joy: 1 } }],
  ['a path of nobody', { path: [] }],
  ['a path that is longer than any chain', { path: Array.from({ length: 17 }, () => hop) }],
  ['a path without the work', { path: [{ from: bob.id, skill: 'shout' }] }],
  ['a negative input', { input: { digest: new Uint8Array(32), bytes: -1 } }],
  ['a key that shows as another', { key: 'a\u202eb' }],
  ['a priority that there is not', { priority: 'urgent' }]
])('a task with %s is malformed', (_what, change) => {
  expect(codeOf(() => readTask({ ...taskBody(), ...change }))).toBe('MALFORMED')
})

test('an input fits up to its cap', () => {
  expect(inputFits(INPUT_BYTES_MAX)).toBe(true)
  expect(inputFits(INPUT_BYTES_MAX + 1)).toBe(false)
})
