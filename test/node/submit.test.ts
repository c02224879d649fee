import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Agent, TaskEvent } from '../../src/index.ts'
import { EvilPeer, offer } from '../helpers/evil-peer.ts'
import { Company } from '../helpers/company.ts'
import { skill, until } from '../helpers/processes.ts'

let stage: Company
let alice: Agent
let bob: Agent

beforeAll(async () => {
  stage = new Company()
  alice = await stage.inside({ skills: [skill('count'), skill('wait')], name: 'alice' })
  bob = await stage.inside({ name: 'bob' })
  await bob.connect(alice.addresses[0] ?? '')
})
afterAll(() => stage[Symbol.asyncDispose]())

test('a task tells its life in order', async () => {
  const task = bob.submit('count', { n: 1 })
  const events: TaskEvent[] = await Array.fromAsync(task)
  const types = events.map(({ type }) => type).filter((type) => type !== 'progress')
  expect(types).toEqual(['submitted', 'sent', 'accepted', 'completed'])
  expect(events.every((event) => event.task === task.id)).toBe(true)
  expect(events[1]).toMatchObject({ to: alice.id, name: 'alice' })
})

test('an input that does not fit what the peer offers is refused before it is sent', async () => {
  const task = bob.submit('count', { n: 'one' })
  const types = (await Array.fromAsync(task)).map(({ type }) => type)
  expect(types).toEqual(['submitted', 'failed'])
  await expect(task.result).rejects.toMatchObject({ code: 'INPUT_INVALID' })
})

test('what no peer could take is thrown at once', () => {
  expect(() => bob.submit('count', () => 1)).toThrow(
    expect.objectContaining({ code: 'INPUT_INVALID' })
  )
  expect(() => bob.submit('count', {}, { deadline: 'soon' })).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION' })
  )
})

test('a task is in the table of both sides from its first to its last moment', async () => {
  const task = bob.submit('wait', { ms: 100 })
  expect((await bob.tasks()).at(-1)).toMatchObject({ id: task.id, state: 'submitted', peer: null })
  for await (const event of task) if (event.type === 'progress') break
  const row = async (agent: Agent) => (await agent.tasks()).find(({ id }) => id === task.id)
  expect(await row(bob)).toMatchObject({ state: 'working', side: 'requester', peer: alice.id })
  expect(await row(alice)).toMatchObject({ state: 'working', side: 'executor', peer: bob.id })
  await task.result
  await until('both closed', async () => (await row(alice))?.state === 'completed')
  expect(await row(bob)).toMatchObject({ state: 'completed', code: null })
})

test('a deadline is from the beginning, also when the search for a peer takes long', async () => {
  const carol = await stage.inside({ name: 'carol' })
  const late = carol.run('wait', { ms: 30_000 }, { deadline: 3_000 })
  setTimeout(() => void carol.connect(alice.addresses[0] ?? ''), 1_500)
  const error: unknown = await late.catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  const [, ms] = /within (\d+) ms/.exec((error as Error).message) ?? []
  expect(Number(ms)).toBeLessThanOrEqual(1_500)
})

test('a deadline is kept by the executor and told by its own word', async () => {
  const begin = performance.now()
  const late = bob.run('wait', { ms: 30_000 }, { deadline: 300 })
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  expect(performance.now() - begin).toBeLessThan(2_200)
})

test('a task waits for a peer that offers the skill', async () => {
  const task = bob.run('echo', 'hello', { wait: '20s' })
  const carol = await stage.inside({ skills: [skill('echo')], name: 'carol' })
  await carol.connect(bob.addresses[0] ?? '')
  expect(await task).toMatchObject({ value: 'hello', by: carol.id })
  await carol.stop()
})

test('an offer whose schema cannot be used fails its tasks, and nothing else', async () => {
  const strange = { ...offer('strange'), input: '{"type":"no-such-type","$ref":"#/nowhere"}' }
  await using evil = await EvilPeer.create({ skills: [strange], name: 'strange' })
  await bob.connect(evil.address)
  const task = bob.run('strange', {}, { deadline: 1_000 })
  await expect(task).rejects.toHaveProperty('code')
  expect((await bob.run('count', { n: 2 })).value).toMatchObject({ n: 2 })
})

test('a thousand small tasks at once all end', async () => {
  const echo = await stage.inside({ skills: [skill('echo')], queue: 2_000, name: 'echo' })
  await bob.connect(echo.addresses[0] ?? '')
  const all = Array.from({ length: 1_000 }, (_, n) => bob.run('echo', `${n}`, { to: echo.id }))
  const values = (await Promise.all(all)).map(({ value }) => value)
  expect(values).toEqual(Array.from({ length: 1_000 }, (_, n) => `${n}`))
})

test('a stranger that boasts gets nothing while a listed peer offers the same', async () => {
  const careful = await stage.inside({ name: 'careful', allow: [alice.id] })
  await careful.connect(alice.addresses[0] ?? '')
  await using evil = await EvilPeer.create({
    ...{ name: 'alice', skills: [offer('count'), offer('boast')] },
    load: { running: 0, queued: 0, capacity: 1e9 }
  })
  let asked = 0
  evil.serve = () => void asked++
  await evil.join(careful.addresses[0] ?? '')
  await until('both are there', async () => (await careful.peers()).length === 2)
  const results = await Promise.all(
    [{}, { to: 'alice' }, { trust: 'listed' as const }].map((options) => {
      return careful.run('count', { n: 1 }, options)
    })
  )
  expect(results.map(({ by }) => by)).toEqual([alice.id, alice.id, alice.id])
  await expect(careful.run('boast', {}, { trust: 'listed', wait: 50 })).rejects.toMatchObject({
    code: 'NO_PEER_WITH_SKILL'
  })
  expect(asked).toBe(0)

  const task = careful.submit('boast', {})
  const sent = (await take(task, 2)).at(-1)
  expect(sent).toMatchObject({ type: 'sent', to: evil.id, listed: false })
  await task.cancel()
})

async function take(task: AsyncIterable<TaskEvent>, count: number): Promise<TaskEvent[]> {
  const events: TaskEvent[] = []
  for await (const event of task) if (events.push(event) === count) break
  return events
}
