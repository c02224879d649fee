import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Agent, PeerEvent, TaskEvent } from '../../src/index.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

let stage: Stage
let alice: Agent
let bob: Agent

beforeEach(async () => {
  stage = new Stage()
  const skills = ['count', 'wait', 'fill', 'flood', 'relay'].map(skill)
  alice = await stage.inside({ skills, name: 'alice', capacity: 2 })
  bob = await stage.inside({ name: 'bob' })
  await bob.connect(alice.addresses[0] ?? '')
})
afterEach(() => stage[Symbol.asyncDispose]())

const begun = async (task: AsyncIterable<TaskEvent>): Promise<void> => {
  for await (const event of task) if (event.type === 'progress') return
}

test('stop lets running work finish and deliver, and takes no new work', async () => {
  const running = bob.submit('count', { n: 1, ms: 400 })
  const large = bob.submit<string>('fill', 3_000_000)
  await begun(running)
  const stopping = alice.stop()
  const late = await bob
    .run('count', { n: 2 }, { wait: 200 })
    .catch((error: { code: string }) => error)
  expect(['SHUTTING_DOWN', 'NO_PEERS', 'NO_PEER_WITH_SKILL']).toContain(
    (late as { code: string }).code
  )
  expect((await running.result).value).toMatchObject({ n: 1 })
  expect((await large.result).value).toHaveLength(3_000_000)
  await stopping
})

test('work that outlasts the grace is canceled, and its requester hears of it', async () => {
  const task = bob.submit('wait', { ms: 20_000 })
  await begun(task)
  const begin = performance.now()
  await alice.stop({ graceMs: 100 })
  expect(performance.now() - begin).toBeLessThan(5_000)
  await expect(task.result).rejects.toMatchObject({
    code: expect.stringMatching(/CANCELED|SHUTTING_DOWN|PEER_LOST/)
  })
})

test('stop cancels what this agent asked of others', async () => {
  const task = bob.submit('wait', { ms: 20_000 })
  await begun(task)
  await bob.stop()
  await expect(task.result).rejects.toMatchObject({ code: 'CANCELED' })
  await until('alice gives it up', async () => {
    return (await alice.tasks()).every(({ state }) => state === 'canceled')
  })
})

test('stopping twice is the same stop', async () => {
  const first = alice.stop()
  expect(alice.stop({ graceMs: 0 })).toBe(first)
  await first
  await alice[Symbol.asyncDispose]()
})

test('a stopped agent says CLOSED to whatever needs it to run', async () => {
  await bob.stop()
  const closed = expect.objectContaining({ code: 'CLOSED' })
  expect(() => bob.submit('count', {})).toThrow(closed)
  expect(() => bob.watch()).toThrow(closed)
  await expect(bob.run('count', {})).rejects.toEqual(closed)
  await expect(bob.connect(alice.addresses[0] ?? '')).rejects.toEqual(closed)
  await expect(bob.cancel('ab')).rejects.toMatchObject({ code: 'TASK_UNKNOWN' })
  expect(await Array.fromAsync(bob.watchPeers())).toEqual([])
  expect((await bob.info()).id).toBe(bob.id)
})

test('readers of peers and traces end when the agent stops', async () => {
  const reading = Promise.all([
    Array.fromAsync(alice.watchPeers()),
    Array.fromAsync(alice.watch({ types: ['agent.*'] }))
  ])
  await until('read', async () => (await alice.peers()).length === 1)
  await alice.stop()
  const [peers] = await reading
  expect(peers[0]).toMatchObject({ type: 'joined', peer: { id: bob.id } })
})

test('peers are told from the beginning, and as they come and go', async () => {
  const events: PeerEvent[] = []
  const stop = new AbortController()
  const reading = (async () => {
    for await (const event of alice.watchPeers(stop.signal)) events.push(event)
  })()
  const carol = await stage.inside({ name: 'carol', bootstrap: [...alice.addresses] })
  await until('carol', () => events.some(({ peer }) => peer.id === carol.id))
  await carol.stop()
  await until('gone', () => events.at(-1)?.type === 'left')
  expect(events.map(({ type, peer }) => `${peer.name} ${type}`)).toEqual(
    expect.arrayContaining(['bob joined', 'carol joined', 'carol left'])
  )
  stop.abort()
  await reading
})

test('who may submit can change while the agent runs', async () => {
  const carol = await stage.inside({ skills: [skill('count')], open: false, name: 'carol' })
  await bob.connect(carol.addresses[0] ?? '')
  const ask = () => bob.run('count', {}, { to: carol.id })
  expect((await carol.info()).admits).toBe('nobody')
  await expect(ask()).rejects.toMatchObject({ code: 'NOT_ADMITTED' })
  carol.allow(bob.id)
  expect((await carol.info()).admits).toBe('listed')
  expect((await ask()).by).toBe(carol.id)
  carol.disallow(bob.id)
  await expect(ask()).rejects.toMatchObject({ code: 'NOT_ADMITTED' })
})

test('a task is canceled by a beginning of its id; an unknown one is TASK_UNKNOWN', async () => {
  const task = bob.submit('wait', { ms: 20_000 })
  await begun(task)
  await bob.cancel(task.id.slice(0, 8), 'enough')
  await expect(task.result).rejects.toMatchObject({ code: 'CANCELED' })
  await expect(bob.cancel(task.id)).rejects.toMatchObject({ code: 'TASK_UNKNOWN' })
  expect((await bob.tasks()).at(-1)).toMatchObject({ id: task.id, state: 'canceled' })
  await until('alice too', async () => (await alice.tasks()).at(-1)?.state === 'canceled')
})

test('canceling work that streams is CANCELED, not a broken stream', async () => {
  const task = bob.submit('flood', { chunks: 100_000, size: 1_000 })
  let chunks = 0
  for await (const event of task) {
    if (event.type === 'chunk' && ++chunks === 10) void task.cancel()
    if (event.type === 'failed' || event.type === 'canceled') expect(event.type).toBe('canceled')
  }
  await expect(task.result).rejects.toMatchObject({ code: 'CANCELED' })
})

test('canceling while a large input is on its way is CANCELED too', async () => {
  const task = bob.submit('count', { n: 1, text: 'x'.repeat(10_000_000) })
  for await (const event of task) if (event.type === 'sent') void task.cancel('too much')
  await expect(task.result).rejects.toMatchObject({ code: 'CANCELED', message: 'too much' })
})

test('an abort signal cancels, also one that was aborted before', async () => {
  const stop = new AbortController()
  const task = bob.submit('wait', { ms: 20_000 }, { signal: stop.signal })
  await begun(task)
  stop.abort(new Error('the user left'))
  await expect(task.result).rejects.toMatchObject({ code: 'CANCELED', message: 'the user left' })
  const late = bob.run('wait', { ms: 1 }, { signal: stop.signal })
  await expect(late).rejects.toMatchObject({ code: 'CANCELED' })
})

test('everything that was streamed arrives, in order, before the result', async () => {
  const task = bob.submit('flood', { chunks: 500, size: 2_000 })
  const values: string[] = []
  let last = ''
  for await (const event of task) {
    if (event.type === 'chunk') values.push((event.value as string).replaceAll('.', ''))
    last = event.type
  }
  expect(last).toBe('completed')
  expect(values).toEqual(Array.from({ length: 500 }, (_, n) => String(n + 1)))
  expect(await task.result).toMatchObject({ value: 500, chunks: 500 })
})

test('a slow reader slows the skill down instead of filling memory', async () => {
  const task = bob.submit('flood', { chunks: 2_000, size: 10_000 })
  let seen = 0
  let progress = 0
  for await (const event of task) {
    if (event.type === 'progress') progress = Math.max(progress, event.fraction ?? 0)
    if (event.type === 'chunk' && ++seen === 5) break
  }
  // 5 read; what may be under way is some hundred, of 2,000.
  expect(progress).toBeLessThan(0.5)
  expect((await task.result).value).toBe(2_000)
})

test('work handed on is a task of the same trace, until it may go no further', async () => {
  const carol = await stage.inside({ name: 'carol', skills: [skill('echo')] })
  await alice.connect(carol.addresses[0] ?? '')
  const input = { steps: [{ skill: 'echo', to: carol.id }], work: 'hello' }
  const result = await bob.run('relay', input)
  expect(result).toMatchObject({ value: 'hello', by: alice.id })
  const [part] = await carol.tasks()
  expect(part).toMatchObject({ skill: 'echo', peer: alice.id, trace: result.trace })
  expect(part?.id).not.toBe(result.task)
  const alone = bob.run('relay', input, { budget: { depth: 0 } })
  await expect(alone).rejects.toMatchObject({ code: 'DEPTH_EXCEEDED' })
})
