import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Agent, ObservedEvent } from '../../src/index.ts'
import { TaskFailure } from '../../src/index.ts'
import { digest } from '../../src/protocol/canonical.ts'
import { NO_USAGE } from '../../src/protocol/message/result.ts'
import { Company } from '../helpers/company.ts'
import { EvilPeer, offer, sealResult } from '../helpers/evil-peer.ts'
import { skill, until } from '../helpers/processes.ts'

let stage: Company
let alice: Agent
let bob: Agent

beforeAll(async () => {
  stage = new Company()
  alice = await stage.inside({ name: 'alice', skills: [skill('count')] })
  bob = await stage.inside({ name: 'bob' })
  await bob.connect(alice.addresses[0] ?? '')
})
afterAll(() => stage[Symbol.asyncDispose]())

test('a failure that the peer signed carries its signature, its usage and its part', async () => {
  await using evil = await EvilPeer.create({ name: 'evil', skills: [offer('strange')] })
  const partial = Buffer.from('{"half":true}')
  evil.serve = ({ task, frame }, session) => {
    const result = sealResult(evil.identity, task, partial, {
      ...{ status: 'failed', error: { code: 'BUDGET_EXCEEDED', message: 'too dear' } },
      ...{ output: undefined, usage: { ...NO_USAGE, tokens: 9 } },
      partial: { digest: digest(partial), bytes: partial.length }
    })
    session.send({ kind: 'result', id: frame.id, result, output: partial })
  }
  await bob.connect(evil.address)
  const error: unknown = await bob.run('strange', {}).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(TaskFailure)
  expect(error).toMatchObject({
    ...{ code: 'BUDGET_EXCEEDED', by: evil.id, partial: { half: true }, usage: { tokens: 9 } }
  })
})

test('with two candidates the trace tells why one was chosen, with one it does not', async () => {
  const alone = await bob.run('count', {})
  const carol = await stage.inside({ name: 'carol', skills: [skill('count')] })
  await carol.connect(bob.addresses[0] ?? '')
  await until('Bob knows Carol', async () => (await bob.peers()).some(({ id }) => id === carol.id))
  const seen: ObservedEvent[] = []
  const stop = new AbortController()
  const watching = (async () => {
    for await (const event of bob.watch({ types: ['task.*'], signal: stop.signal }))
      seen.push(event)
  })()
  const task = await bob.run('count', {})
  const routed = () => seen.filter(({ event }) => event.type === 'task.routed')
  await until('it was told', () => routed().length > 0)
  stop.abort()
  await watching
  expect(routed().map(({ event }) => 'task' in event && event.task)).toEqual([task.task])
  expect(routed()[0]?.event).toMatchObject({ peer: task.by, attempt: 1, more: 0 })
  expect(alone.attempts).toBe(1)
  await carol.stop({ graceMs: 0 })
})
