import { expect, test } from 'vitest'
import {
  NO_CHUNKS,
  refusalOf,
  resultOf,
  sealAgain,
  sealInterrupted,
  workOf
} from '../../src/node/answer.ts'
import { digest } from '../../src/protocol/canonical.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'
import { expectResult, NO_USAGE } from '../../src/protocol/message/result.ts'
import { open, seal } from '../../src/protocol/seal.ts'
import { draft, sealTogether } from '../../src/protocol/seal-together.ts'
import { alice, bob, NETWORK, NOW, taskBody } from '../protocol/samples.ts'

const task = seal('task', taskBody(), bob)
const output = Buffer.from('"HELLO"')
const facts = { started: NOW, now: NOW + 5, chunks: NO_CHUNKS, patch: null }
const done = { status: 'completed', output, usage: NO_USAGE, isolation: 'os' } as const

/** As the requester reads it. */
function read(bytes: Uint8Array) {
  const context = { network: NETWORK, self: bob.id, sender: alice.id, now: NOW }
  const opened = open(bytes, expectResult(context))
  if (!opened.ok) throw opened.error
  return opened.sealed.body
}

test('an outcome is sealed for exactly the task and the requester it answers', () => {
  expect(read(seal('result', resultOf(task, done, facts), alice).bytes)).toMatchObject({
    ...{ from: alice.id, to: bob.id, id: task.body.id, task: task.digest, status: 'completed' },
    ...{ output: { digest: digest(output), bytes: 7 }, started: NOW, finished: NOW + 5 }
  })
})

test('a failure carries its error and no output; a patch is named by its digest', () => {
  const error = { code: 'SKILL_FAILED', message: 'no' } as const
  const outcome = { status: 'failed', error, usage: NO_USAGE, isolation: 'os' } as const
  const patch = Buffer.from('[]')
  const body = read(seal('result', resultOf(task, outcome, { ...facts, patch }), alice).bytes)
  expect(body).toMatchObject({ error, patch: { digest: digest(patch), bytes: 2 } })
  expect(body.output).toBeUndefined()
})

test('interrupted work is a failure that says so', () => {
  expect(read(sealInterrupted(task, NOW, alice).bytes)).toMatchObject({
    ...{ status: 'failed', error: { code: 'INTERRUPTED' }, started: NOW, finished: NOW }
  })
})

test('a stored result that shares its signature is sealed again as any other', () => {
  const other = seal('task', taskBody({ id: new Uint8Array(16).fill(9) }), bob)
  const drafts = [task, other].map((one) => draft('result', resultOf(one, done, facts)))
  const [stored] = sealTogether(drafts, alice)
  expect(read(stored?.bytes ?? output)).toMatchObject({ task: task.digest })
  const again = read(sealAgain(other, stored?.bytes ?? output, NOW + 100, alice).bytes)
  expect(again).toMatchObject({ task: other.digest, replay: true, status: 'completed' })
})

test('a stored result is sealed again for another task, as a replay', () => {
  const other = seal('task', taskBody({ id: new Uint8Array(16).fill(9) }), bob)
  const first = seal('result', resultOf(task, done, facts), alice)
  const again = read(sealAgain(other, first.bytes, NOW + 100, alice).bytes)
  expect(again).toMatchObject({
    ...{
      id: other.body.id,
      task: other.digest,
      issued: NOW + 100,
      replay: true,
      finished: NOW + 5
    },
    output: { digest: digest(output) }
  })
})

test('the same work has the same bytes; another skill, input or state has not', () => {
  const same = taskBody({ id: new Uint8Array(16), nonce: new Uint8Array(16), issued: NOW + 1 })
  expect(workOf(same)).toEqual(workOf(task.body))
  expect(workOf(taskBody({ skill: 'other' }))).not.toEqual(workOf(task.body))
  const input = { digest: new Uint8Array(32), bytes: 16 }
  expect(workOf(taskBody({ input }))).not.toEqual(workOf(task.body))
  const state = { digest: new Uint8Array(32), bytes: 2 }
  expect(workOf(taskBody({ state }))).not.toEqual(workOf(task.body))
})

test('a refusal tells when to come back', () => {
  const busy = refusalOf(new PeerworkError('BUSY', 'full', { retryAfterMs: 50 }))
  expect(busy).toMatchObject({ error: { code: 'BUSY', message: 'full' }, retryAfterMs: 50 })
  expect(refusalOf(new PeerworkError('BUSY', 'full'))).not.toHaveProperty('retryAfterMs')
})
