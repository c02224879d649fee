/** A budget is signed, kept by the executor, and what there was when it ran out comes back. */

import { beforeAll, afterAll, expect, test } from 'vitest'
import type { Agent, SubmitOptions } from '../../src/index.ts'
import { TaskFailure } from '../../src/index.ts'
import { decode } from '../../src/protocol/canonical.ts'
import { readResult } from '../../src/protocol/message/result.ts'
import { peek } from '../../src/protocol/seal.ts'
import { Company } from '../helpers/company.ts'
import { skill, until } from '../helpers/processes.ts'

let stage: Company
let alice: Agent
let bob: Agent

beforeAll(async () => {
  stage = new Company()
  alice = await stage.inside({ skills: ['partly', 'relay', 'twice'].map(skill), name: 'alice' })
  bob = await stage.inside({ name: 'bob', skills: ['partly', 'relay'].map(skill) })
  await bob.connect(alice.addresses[0] ?? '')
  await until('Alice knows Bob', async () => (await alice.peers()).length === 1)
})
afterAll(() => stage[Symbol.asyncDispose]())

const ask = async (input: object, options: SubmitOptions): Promise<TaskFailure> => {
  const ended = await bob.run('partly', input, { to: alice.id, ...options }).catch((error) => error)
  expect(ended).toBeInstanceOf(TaskFailure)
  return ended as TaskFailure
}

test.each([
  ['tokens', { steps: 9, ms: 50, tokens: 4 }, { tokens: 10 }, 'BUDGET_EXCEEDED', 3],
  ['cost', { steps: 9, ms: 50, cost: 0.4 }, { cost: 1 }, 'BUDGET_EXCEEDED', 3],
  ['bytes', { steps: 9, ms: 50, chunk: 100 }, { bytes: 350 }, 'BUDGET_EXCEEDED', 3]
] as const)('%s run out: the signed failure has the part', async (_what, input, budget, ...end) => {
  const [code, done] = end
  const failure = await ask(input, { budget })
  expect(failure).toMatchObject({ code, by: alice.id, partial: { done } })
  expect(failure.usage.wallMs).toBeGreaterThan(0)
  const body = readResult(decode(peek(failure.sealed).body))
  expect(body).toMatchObject({ status: 'failed', error: { code } })
  expect(body.partial?.bytes).toBe(JSON.stringify(failure.partial).length)
})

test('processor time runs out, and so does the wall clock', async () => {
  const burnt = await ask({ steps: 100, burnMs: 40 }, { budget: { cpuMs: 200 } })
  expect(burnt).toMatchObject({ code: 'BUDGET_EXCEEDED', facts: { what: 'cpuMs', limit: 200 } })
  expect(burnt.partial).toMatchObject({ done: expect.any(Number) as number })
  const late = await ask({ steps: 100, ms: 50 }, { deadline: 500 })
  expect(late.code).toBe('DEADLINE_EXCEEDED')
  expect((late.partial as { done: number }).done).toBeGreaterThan(1)
})

test('what a skill calls its part while it is being stopped counts too', async () => {
  const failure = await ask({ steps: 100, ms: 50, atLast: true }, { deadline: 400 })
  expect(failure.partial).toEqual({ done: -1 })
})

test('a large part comes on a stream of its own, and again when asked for again', async () => {
  const input = { steps: 9, ms: 50, tokens: 4, pad: 500_000 }
  const options = { budget: { tokens: 10 }, idempotencyKey: 'large' }
  const first = await ask(input, options)
  expect((first.partial as { pad: string }).pad).toHaveLength(500_000)
  const again = await ask(input, options)
  expect(again.partial).toEqual(first.partial)
  expect(readResult(decode(peek(again.sealed).body)).replay).toBe(true)
})

test('a part that was never named, or is larger than its budget, is not there', async () => {
  const small = await ask({ steps: 9, chunk: 1 }, { budget: { bytes: 5 } })
  expect(small).toMatchObject({ code: 'BUDGET_EXCEEDED', partial: undefined })
})

test('what failed parts used up counts as well', async () => {
  // The relay uses 5 of 10, the part 6, which is more than it may: together they used 11.
  const steps = [{ skill: 'partly', to: bob.id }]
  const work = { steps: 9, tokens: 6 }
  const failed = bob.run('relay', { spend: 5, steps, work }, { budget: { tokens: 10 } })
  await expect(failed).rejects.toMatchObject({
    code: 'BUDGET_EXCEEDED',
    facts: { what: 'tokens', used: 11, limit: 10 }
  })
})

test('what parts of parts used up counts: no budget is escaped by going deeper', async () => {
  const carol = await stage.inside({ name: 'carol', skills: [skill('partly')] })
  const user = await stage.inside({ name: 'user' })
  await Promise.all([bob, user].map((agent) => agent.connect(carol.addresses[0] ?? '')))
  await user.connect(alice.addresses[0] ?? '')
  await until('all know each other', async () => {
    return (await bob.peers()).length >= 2 && (await user.peers()).length >= 2
  })
  const part = {
    steps: [{ skill: 'partly', to: carol.id }],
    work: { steps: 1, tokens: 6 }
  }
  const input = { times: 3, skill: 'relay', to: bob.id, part }
  const escaped = user.run('twice', input, { to: alice.id, budget: { tokens: 10 } })
  await expect(escaped).rejects.toMatchObject({
    code: 'BUDGET_EXCEEDED',
    facts: { what: 'tokens', used: 12, limit: 10 }
  })
})

test('parts that are handed on at once use up no more together than there is', async () => {
  // Each wants 6 of 10: the second is stopped at the first token that is too many.
  const part = { steps: 6, tokens: 1, ms: 20 }
  const input = { times: 3, skill: 'partly', to: bob.id, part, atOnce: true }
  const before = (await bob.tasks()).length
  const failed = bob.run('twice', input, { to: alice.id, budget: { tokens: 10 } })
  await expect(failed).rejects.toMatchObject({
    code: 'BUDGET_EXCEEDED',
    facts: { what: 'tokens', used: 11, limit: 10 }
  })
  const mine = (await bob.tasks()).slice(before)
  const parts = mine.filter(({ side }) => side === 'executor')
  expect(parts.length).toBeLessThan(3)
})
