/** Fixed agents, valid bodies, and arbitraries of them, for the tests of this room. */

import * as fc from 'fast-check'
import { digest } from '../../src/protocol/canonical.ts'
import { ERRORS } from '../../src/protocol/errors.ts'
import type { ErrorCode } from '../../src/protocol/errors.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'
import type { Card } from '../../src/protocol/message/card.ts'
import type { Result } from '../../src/protocol/message/result.ts'
import { NO_USAGE } from '../../src/protocol/message/result.ts'
import type { Task } from '../../src/protocol/message/task.ts'
import { printable } from '../../src/protocol/text.ts'
import type { TraceBatch, TraceEvent } from '../../src/protocol/trace.ts'
import type { TraceHead } from '../../src/protocol/trace-head.ts'

export const NOW = 1_764_000_000_000
export const NETWORK = 'home'
export const bob = identityFromSeed(new Uint8Array(32).fill(1))
export const alice = identityFromSeed(new Uint8Array(32).fill(2))
export const mallory = identityFromSeed(new Uint8Array(32).fill(3))

export const taskBody = (change: Partial<Task> = {}): Task => ({
  v: 1,
  network: NETWORK,
  from: bob.id,
  to: alice.id,
  issued: NOW,
  expires: NOW + 60_000,
  id: new Uint8Array(16).fill(0x11),
  nonce: new Uint8Array(16).fill(0x22),
  skill: 'shout',
  input: { digest: digest(Buffer.from('{"text":"hello"}')), bytes: 16 },
  budget: { wallMs: 60_000, depth: 8 },
  trace: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`,
  ...change
})

export const resultBody = (change: Partial<Result> = {}): Result => ({
  v: 1,
  network: NETWORK,
  from: alice.id,
  to: bob.id,
  issued: NOW + 40,
  id: new Uint8Array(16).fill(0x11),
  task: new Uint8Array(32).fill(0x33),
  status: 'completed',
  output: { digest: digest(Buffer.from('"HELLO"')), bytes: 7 },
  chunks: { count: 0, bytes: 0, digest: digest(new Uint8Array(0)) },
  usage: NO_USAGE,
  engine: 'node-26.10.0',
  isolation: 'process',
  started: NOW + 10,
  finished: NOW + 40,
  ...change
})

export const cardBody = (change: Partial<Card> = {}): Card => ({
  v: 1,
  network: NETWORK,
  from: alice.id,
  issued: NOW,
  expires: NOW + 600_000,
  seq: 7,
  name: 'alice',
  version: '0.1.0',
  addresses: [`/ip4/127.0.0.1/tcp/4001/p2p/${alice.id}`],
  skills: [
    {
      name: 'shout',
      description: 'Say it louder.',
      input: '{"type":"object"}',
      output: '{"type":"string"}',
      tags: ['text'],
      models: []
    }
  ],
  isolation: 'os',
  load: { running: 0, queued: 0, capacity: 2 },
  ...change
})

const work = {
  trace: 'ab'.repeat(16),
  span: 'cd'.repeat(8),
  task: '11'.repeat(16),
  skill: 'shout',
  side: 'executor',
  peer: bob.id
} as const

export const events: TraceEvent[] = [
  { type: 'agent.started', seq: 4, at: NOW, name: 'alice' },
  { type: 'task.received', seq: 5, at: NOW + 1, ...work, bytes: 16 },
  { type: 'task.failed', seq: 6, at: NOW + 2, ...work, code: 'SKILL_FAILED', message: 'no' }
]

export const batchBody = (change: Partial<TraceBatch> = {}): TraceBatch => ({
  v: 1,
  network: NETWORK,
  from: alice.id,
  issued: NOW + 250,
  boot: new Uint8Array(8).fill(0x44),
  prev: new Uint8Array(32).fill(0x55),
  first: 4,
  dropped: 0,
  events,
  ...change
})

export const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
export const count = fc.maxSafeNat()
export const time = fc.integer({ min: 0, max: 8.64e15 })
export const quantity = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map(Math.abs)
export const label = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .map(printable)
  .filter((text) => text.length <= 200)
export const agentId = bytesOf(32).map((seed) => identityFromSeed(seed).id)
export const skillName = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(?:[-.][a-z0-9]{1,8}){0,4}$/)
export const errorCode = fc.constantFrom(...(Object.keys(ERRORS) as ErrorCode[]))
export const errorRecord = fc.record(
  {
    code: errorCode,
    message: label,
    facts: fc.dictionary(
      fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9]{0,39}$/),
      fc.oneof(label, fc.boolean(), fc.constant(null), fc.integer()),
      { maxKeys: 16, noNullPrototype: true }
    )
  },
  { requiredKeys: ['code', 'message'], noNullPrototype: true }
)

const leaf = fc.oneof(
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 100 }),
  fc.uint8Array(),
  fc.boolean(),
  fc.constant(null)
)
/** Whatever a body could hold. */
export const { value: plainValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), {
      maxKeys: 5,
      noNullPrototype: true
    })
  )
}))

/** A function's error code, or `undefined` when it does not throw. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    const named = error instanceof Error && error.name === 'PeerworkError'
    return named ? (error as Error & { code: string }).code : `not ours: ${String(error)}`
  }
}

export const headBody = (change: Partial<TraceHead> = {}): TraceHead => ({
  ...{ v: 1, network: NETWORK, from: alice.id, issued: NOW, boot: new Uint8Array(8).fill(0x44) },
  ...{ next: 120, oldest: 20, dropped: 20, last: new Uint8Array(32).fill(0x55), tailed: false },
  ...change
})
