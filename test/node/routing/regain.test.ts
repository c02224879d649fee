/** The link to the only executor breaks in the middle of a task, which is done all the same. */

import { expect, test } from 'vitest'
import type { SubmitOptions, TaskEvent } from '../../../src/index.ts'
import { EvilPeer, offer } from '../../helpers/evil-peer.ts'
import { skill, Stage, until } from '../../helpers/processes.ts'
import { createWire } from '../../helpers/wire.ts'
import type { Wire } from '../../helpers/wire.ts'

async function pair(stage: Stage) {
  const alice = await stage.start({ name: 'alice', skills: ['count', 'partly'].map(skill) })
  const wire = await createWire(alice.address)
  const bob = await stage.inside({ name: 'bob', bootstrap: [wire.address] })
  await until('Bob knows Alice', async () => (await bob.peers()).length === 1)
  return { alice, bob, wire }
}

/** Cuts the wire at the first event of this type. */
async function cutAt(
  task: AsyncIterable<TaskEvent>,
  type: TaskEvent['type'],
  wire: Wire
): Promise<TaskEvent[]> {
  const events: TaskEvent[] = []
  for await (const event of task) {
    if (event.type === type && !events.some((one) => one.type === type)) wire.cut()
    events.push(event)
  }
  return events
}

test.each([{}, { to: 'alice' }] as SubmitOptions[])(
  'a link that breaks mid-task is made again, and the one run answers: %j',
  async (options) => {
    await using stage = new Stage()
    const { alice, bob, wire } = await pair(stage)
    using _wire = wire
    const events = await cutAt(bob.submit('count', { ms: 1_500 }, options), 'progress', wire)
    const told = events.filter(({ type }) => type === 'sent' || type === 'waiting')
    expect(told).toMatchObject([
      { type: 'sent', attempt: 1 },
      { type: 'waiting', to: alice.id, name: 'alice', after: 'PEER_LOST' },
      { type: 'sent', attempt: 1, to: alice.id, after: 'PEER_LOST', again: true }
    ])
    const ended = events.at(-1)
    expect(ended).toMatchObject({ type: 'completed', result: { attempts: 1, value: { run: 1 } } })
    // It ran once: the next run is the second.
    expect((await bob.run('count', {})).value).toMatchObject({ run: 2 })
    const rows = (await alice.agent.tasks()).filter(({ id }) => id === ended?.task)
    expect(rows).toMatchObject([{ state: 'completed' }])
  }
)

test('work that ended while the link was down is answered from the journal', async () => {
  await using stage = new Stage()
  const { bob, wire } = await pair(stage)
  using _wire = wire
  // Short enough to end before anybody is back.
  const events = await cutAt(bob.submit('count', { ms: 20 }), 'progress', wire)
  const ended = events.at(-1)
  expect(ended).toMatchObject({ type: 'completed', result: { value: { run: 1 } } })
})

test('of work that streams the result comes; chunks that were lost are not repeated', async () => {
  await using stage = new Stage()
  const { bob, wire } = await pair(stage)
  using _wire = wire
  const task = bob.submit('partly', { steps: 12, ms: 100, chunk: 10 })
  const events = await cutAt(task, 'chunk', wire)
  expect(events.at(-1)).toMatchObject({ type: 'completed', result: { value: { done: 12 } } })
  const chunks = events.filter(({ type }) => type === 'chunk').length
  expect(chunks).toBeGreaterThan(0)
  expect(chunks).toBeLessThan(12)
})

test('a port that is closed by then is the end of it, with both reasons', async () => {
  await using stage = new Stage()
  const { alice, bob, wire } = await pair(stage)
  using _wire = wire
  const begin = performance.now()
  let killed = Number.NaN
  const task = bob.submit('count', { ms: 60_000 }, { to: alice.id })
  for await (const event of task) {
    if (event.type !== 'progress') continue
    killed = performance.now()
    wire.close()
    await alice.kill()
    wire.cut()
  }
  await expect(task.result).rejects.toMatchObject({
    code: 'PEER_LOST',
    message: expect.stringMatching(/cannot be reached again: .*the port is closed/) as string
  })
  expect(performance.now() - killed).toBeLessThan(2_000)
  expect(killed).toBeGreaterThan(begin)
})

test('a peer that breaks every session is given the task a few times and no more', async () => {
  await using stage = new Stage()
  await using evil = await EvilPeer.create({ name: 'evil', skills: [offer('count')] })
  let asked = 0
  evil.serve = (_request, session) => {
    asked++
    return session.end()
  }
  const bob = await stage.inside({ name: 'bob', network: 'home', bootstrap: [evil.address] })
  await until('Bob knows it', async () => (await bob.peers()).length === 1)
  const failed = bob.run('count', {}, { deadline: '20s' })
  await expect(failed).rejects.toMatchObject({ code: 'PEER_LOST' })
  expect(asked).toBe(5)
})

test('whoever cancels while the peer is sought is not kept waiting', async () => {
  await using stage = new Stage()
  const { alice, bob, wire } = await pair(stage)
  using _wire = wire
  const task = bob.submit('count', { ms: 60_000 }, { to: alice.id })
  for await (const event of task) {
    if (event.type === 'progress') {
      // It takes the connection, and never says a word.
      process.kill(alice.pid, 'SIGSTOP')
      wire.cut()
    }
    if (event.type === 'waiting') void task.cancel('enough')
  }
  process.kill(alice.pid, 'SIGCONT')
  await expect(task.result).rejects.toMatchObject({ code: 'CANCELED', message: 'enough' })
})

test('an executor that freezes is noticed by its pings, and another does the work', async () => {
  await using stage = new Stage()
  const skills = [skill('count')]
  const one = await stage.start({ name: 'one', skills })
  const two = await stage.start({ name: 'two', skills, bootstrap: [one.address] })
  const bob = await stage.inside({ name: 'bob', bootstrap: [one.address, two.address] })
  await until('Bob knows both', async () => (await bob.peers()).length === 2)
  const pids = new Map([one, two].map(({ id, pid }) => [id, pid]))
  const frozen: string[] = []
  // A ping every 4 s, and 4 s for its answer.
  const task = bob.submit('count', { ms: 1_000 }, { deadline: '30s' })
  let at = ''
  for await (const event of task) {
    if (event.type === 'sent') at = event.to
    if (event.type !== 'progress' || frozen.length > 0) continue
    frozen.push(at)
    process.kill(pids.get(at) ?? -1, 'SIGSTOP')
  }
  const result = await task.result
  expect(result.attempts).toBe(2)
  expect(result.by).not.toBe(frozen[0])
})

test('the only executor freezes for longer than a ping, and its one run answers', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ name: 'alice', skills: [skill('count')] })
  const bob = await stage.inside({ name: 'bob', bootstrap: [alice.address] })
  await until('Bob knows Alice', async () => (await bob.peers()).length === 1)
  const task = bob.submit('count', { ms: 1_000 })
  const types: string[] = []
  for await (const event of task) {
    types.push(event.type)
    if (event.type === 'progress' && !types.includes('waiting')) process.kill(alice.pid, 'SIGSTOP')
    if (event.type === 'waiting') process.kill(alice.pid, 'SIGCONT')
  }
  expect(types).toContain('waiting')
  expect(await task.result).toMatchObject({ attempts: 1, value: { run: 1 } })
})
