import type { Connection } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Agent, ObservedEvent } from '../../src/index.ts'
import { systemClock } from '../../src/node/clock.ts'
import { Journal } from '../../src/node/journal.ts'
import { Counters } from '../../src/node/counters.ts'
import { createLogs } from '../../src/node/logger.ts'
import { Performer } from '../../src/node/perform.ts'
import { Sealer } from '../../src/node/sealer.ts'
import { TaskTable } from '../../src/node/task-table.ts'
import { decode, toHex } from '../../src/protocol/canonical.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'
import { expectResult, NO_USAGE, readResult } from '../../src/protocol/message/result.ts'
import type { SessionFrame } from '../../src/protocol/message/session.ts'
import { open, peek } from '../../src/protocol/seal.ts'
import { draft, sealTogether } from '../../src/protocol/seal-together.ts'
import { SharedFields } from '../../src/protocol/trace.ts'
import { EvilPeer, sealTask } from '../helpers/evil-peer.ts'
import type { AgentProcess } from '../helpers/processes.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

let stage: Stage
let evil: EvilPeer

beforeEach(async () => {
  stage = new Stage()
  evil = await EvilPeer.create()
})
afterEach(async () => {
  await evil[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})

type Sent = ReturnType<typeof sealTask>

/** Send a task by hand to wherever the executor runs now. */
async function ask(address: string, { id, task, input }: Sent) {
  const session = await evil.session(await evil.join(address))
  session.send({ kind: 'request', id, task: task.bytes, input })
  return session
}
const bodyOf = (frame: SessionFrame) => {
  if (frame.kind !== 'result') throw new Error(`not a result but ${frame.kind}`)
  return readResult(decode(peek(frame.result).body))
}
const outputOf = (frame: SessionFrame): unknown => {
  if (frame.kind !== 'result') throw new Error(`not a result but ${frame.kind}`)
  return JSON.parse(Buffer.from(frame.output ?? []).toString())
}

test('finished work is answered from the journal, also after a restart', async () => {
  const alice = await stage.start({ skills: [skill('count')] })
  const sent = sealTask(evil.identity, alice.id, { value: { n: 5 } })
  const session = await ask(alice.address, sent)
  const first = await session.answer(sent.id, 'result')
  session.send({ kind: 'request', id: sent.id, task: sent.task.bytes, input: sent.input })
  expect(await session.answer(sent.id, 'result')).toEqual(first)

  expect(await alice.stop()).toBe(0)
  const again = await alice.restart()
  expect(again.address).toBe(alice.address)
  const second = await (await ask(again.address, sent)).answer(sent.id, 'result')
  // The very same bytes: the output names the process it ran in.
  expect(second).toEqual(first)
  const other = sealTask(evil.identity, alice.id, { value: { n: 5 } })
  const fresh = await (await ask(again.address, other)).answer(other.id, 'result')
  expect(outputOf(fresh)).not.toEqual(outputOf(first))
})

test('tasks of one signature are done, and every answer stands alone and is kept', async () => {
  const alice = await stage.start({ skills: [skill('count')] })
  const plain = Array.from({ length: 40 }, (_, n) => {
    return sealTask(evil.identity, alice.id, { value: { n } })
  })
  const drafts = plain.map(({ task }) => draft('task', task.body))
  const sealed = sealTogether(drafts, evil.identity)
  const asked = plain.map((one, at) => ({ ...one, task: sealed[at] ?? one.task }))
  const [first, ...others] = asked
  if (first === undefined) throw new Error('forty tasks')
  const session = await ask(alice.address, first)
  for (const { id, task, input } of others) {
    session.send({ kind: 'request', id, task: task.bytes, input })
  }
  const answers = new Map<string, SessionFrame>()
  for (const [n, { id, task }] of asked.entries()) {
    const frame = await session.answer(id, 'result')
    answers.set(toHex(id), frame)
    expect(outputOf(frame)).toMatchObject({ n })
    expect(bodyOf(frame).task).toEqual(task.digest)
    const { result } = frame as Extract<SessionFrame, { kind: 'result' }>
    const context = { network: 'home', self: evil.id, sender: alice.id, now: Date.now() }
    const opened = open(result, expectResult(context))
    expect(opened.ok ? 'opened' : opened.error.message).toBe('opened')
  }
  await alice.kill()
  const back = await ask((await alice.restart()).address, first)
  expect(await back.answer(first.id, 'result')).toEqual(answers.get(toHex(first.id)))
})

test('results that an agent owes when it stops are sealed and sent', async () => {
  const alice = await stage.inside({ skills: [skill('wait')], name: 'alice', capacity: 4 })
  const bob = await stage.inside({ name: 'bob' })
  await bob.connect(alice.addresses[0] ?? '')
  await bob.run('wait', { ms: 0 })
  const running = Array.from({ length: 4 }, () => bob.run<string>('wait', { ms: 300 }))
  await until('all are taken', async () => (await alice.tasks()).length === 5)
  await alice.stop({ graceMs: 5_000 })
  const values = (await Promise.all(running)).map(({ value }) => value)
  expect(values).toEqual(Array(4).fill('waited 300'))
})

test('a large output is in the journal too', async () => {
  const alice = await stage.start({ skills: [skill('fill')] })
  const bob = await stage.inside({ name: 'bob' })
  await bob.connect(alice.address)
  const options = { idempotencyKey: 'large', to: alice.id }
  const first = await bob.run<string>('fill', 200_000, options)
  await alice.kill()
  const again = await alice.restart()
  await until('back', async () => (await bob.peers()).length === 1)
  const second = await bob.run<string>('fill', 200_000, { ...options, to: again.id })
  expect(second.value).toBe(first.value)
  expect([first.replay, second.replay]).toEqual([false, true])
})

test('work that a kill interrupted is INTERRUPTED, and is not run a second time', async () => {
  const alice = await stage.start({ skills: [skill('count')] })
  const sent = sealTask(evil.identity, alice.id, { value: { ms: 10_000 } })
  const session = await ask(alice.address, sent)
  await session.answer(sent.id, 'progress')
  await alice.kill()
  await until('the session is gone', () => session.closed)

  const again: AgentProcess = await alice.restart()
  for (let n = 0; n < 2; n++) {
    const frame = await (await ask(again.address, sent)).answer(sent.id, 'result', 'rejected')
    expect(bodyOf(frame)).toMatchObject({ status: 'failed', error: { code: 'INTERRUPTED' } })
  }
  const states = (await again.agent.tasks()).map(({ state }) => state)
  expect(states).not.toContain('working')
})

test('work that the workshop refused is forgotten, so that it may come again', async () => {
  const alice = await stage.inside({ skills: [skill('wait')], capacity: 1, queue: 0 })
  const address = alice.addresses[0] ?? ''
  const first = sealTask(evil.identity, alice.id, { skill: 'wait', value: { ms: 600 } })
  const session = await ask(address, first)
  await session.answer(first.id, 'progress')
  const second = sealTask(evil.identity, alice.id, { skill: 'wait', value: { ms: 0 } })
  const request = { id: second.id, task: second.task.bytes, input: second.input }
  session.send({ kind: 'request', ...request })
  expect((await session.refusal(second.id)).code).toBe('BUSY')
  await session.answer(first.id, 'result')
  session.send({ kind: 'request', ...request })
  expect(outputOf(await session.answer(second.id, 'result', 'rejected'))).toBe('waited 0')
})

test('the trace tells both ends of a task in order, as one trace', async () => {
  const alice = await stage.inside({ skills: [skill('flood'), skill('count')], name: 'alice' })
  const bob = await stage.inside({ name: 'bob' })
  await bob.connect(alice.addresses[0] ?? '')
  const seen: ObservedEvent[] = []
  const stop = new AbortController()
  const watching = (async (agent: Agent) => {
    for await (const event of agent.watch({ types: ['task.*'], signal: stop.signal }))
      seen.push(event)
  })(bob)
  const { trace } = await bob.run('flood', { chunks: 3, size: 10 })
  const typesOf = (id: string): string[] => {
    return seen
      .filter(({ from, event }) => from === id && 'trace' in event && event.trace === trace)
      .map(({ event }) => event.type)
      .filter((type) => type !== 'task.progress')
  }
  const last = (id: string) => typesOf(id).at(-1) === 'task.completed'
  await until('both ends told', () => last(alice.id) && last(bob.id))
  expect(typesOf(bob.id)).toEqual(['task.submitted', 'task.accepted', 'task.completed'])
  expect(typesOf(alice.id)).toEqual([
    ...['task.received', 'task.accepted', 'task.started', 'task.streaming', 'task.completed']
  ])
  stop.abort()
  await watching
})

test('a result that cannot be sealed fails the task, and says so for ever', async () => {
  const clock = systemClock
  const [identity, peer] = [1, 2].map((fill) => identityFromSeed(new Uint8Array(32).fill(fill)))
  if (identity === undefined || peer === undefined) throw new Error('two identities')
  const [journal, table] = [new Journal(undefined, clock.now), new TaskTable(clock, new Counters())]
  const types: string[] = []
  const usage = { ...NO_USAGE, cost: Infinity }
  const outcome = { status: 'completed', output: Buffer.from('1'), usage, isolation: 'os' } as const
  const performer = new Performer({
    ...{
      sealer: new Sealer({ identity, open: () => 1, elapsed: clock.elapsed }),
      clock,
      journal,
      table,
      log: createLogs({ level: 'silent', rooms: {} }, 'test')('node')
    },
    trace: { emit: ({ type }) => void types.push(type) },
    workshop: {
      ready: () => Promise.resolve(),
      offers: () => [],
      change: () => Promise.resolve(),
      isolation: 'os',
      load: () => ({ running: 0, queued: 0, capacity: 1 }),
      waiting: () => ({ peers: 0, longestMs: 0 }),
      take: () => ({ ahead: 0, outcome: Promise.resolve(outcome) }),
      drain: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve()
    },
    counters: new Counters(),
    quotas: { shareOf: () => 1 },
    handOn: () => Promise.reject(new Error('nothing is handed on'))
  })
  const { task, input } = sealTask(peer, identity.id)
  const ids = { trace: 'ab'.repeat(16), span: 'cd'.repeat(8), task: toHex(task.body.id) }
  const fields = new SharedFields({ ...ids, skill: 'count', side: 'executor', peer: peer.id })
  const { digest: own } = task
  const entry = { from: peer.id, key: 'k', task: own, work: own, expires: task.body.expires }
  const answers: string[] = []
  const job = { task, entry, fields, input, state: undefined }
  const over = performer.begin(job, (running) => {
    running.attach({
      connection: undefined as unknown as Connection,
      progress: () => undefined,
      result: ({ body }) => void answers.push(`${body.status} ${body.error?.code ?? ''}`),
      failed: ({ code }) => void answers.push(`none ${code}`)
    })
  })
  await over
  expect(answers).toEqual(['failed INTERNAL'])
  expect(table.list()).toMatchObject([{ state: 'failed', code: 'INTERNAL' }])
  expect(journal.look(entry).state).toBe('finished')
  expect(types.at(-1)).toBe('task.failed')
  expect(performer.twin(entry)).toBe(undefined)
  journal.close()
})
