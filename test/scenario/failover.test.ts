/** The first peer fails, and the task is done all the same: by the next one. */

import { expect, test } from 'vitest'
import type { TaskEvent } from '../../src/index.ts'
import type { SessionFrame } from '../../src/protocol/message/session.ts'
import { EvilPeer, offer } from '../helpers/evil-peer.ts'
import type { AgentProcess } from '../helpers/processes.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

/** Two that can do the work, and one that asks. */
async function three(stage: Stage, names: readonly string[]) {
  const skills = names.map(skill)
  const one = await stage.start({ name: 'one', skills })
  const two = await stage.start({ name: 'two', skills, bootstrap: [one.address] })
  const bob = await stage.start({ name: 'bob', bootstrap: [one.address, two.address] })
  await until('Bob knows both', async () => (await bob.agent.peers()).length === 2)
  const workers = new Map([one, two].map((agent) => [agent.id, agent]))
  return { one, two, bob, workers }
}

const sentOf = (events: readonly TaskEvent[]) =>
  events.filter((event) => event.type === 'sent').map(({ attempt, after }) => ({ attempt, after }))

test('the executor is killed mid-task, and the work is completed elsewhere', async () => {
  await using stage = new Stage()
  const { bob, workers } = await three(stage, ['count'])
  const events: TaskEvent[] = []
  const killed: AgentProcess[] = []
  for await (const event of bob.agent.submit('count', { n: 7, ms: 1_500 })) {
    events.push(event)
    if (event.type !== 'progress' || killed.length > 0) continue
    const sent = events.findLast((one) => one.type === 'sent')
    const worker = workers.get(sent?.type === 'sent' ? sent.to : '')
    if (worker === undefined) throw new Error('sent to nobody')
    killed.push(worker)
    await worker.kill()
  }
  const [dead] = killed
  const ending = events.at(-1)
  expect(ending).toMatchObject({ type: 'completed' })
  const result = ending?.type === 'completed' ? ending.result : undefined
  expect(result).toMatchObject({ attempts: 2, value: { n: 7, run: 1 } })
  expect(result?.by).not.toBe(dead?.id)
  expect(sentOf(events)).toEqual([
    { attempt: 1, after: undefined },
    { attempt: 2, after: 'PEER_LOST' }
  ])
  // One task, one row, whoever did it.
  const rows = (await bob.agent.tasks()).filter(({ id }) => id === ending?.task)
  expect(rows).toMatchObject([{ state: 'completed', peer: result?.by }])
})

test('a full peer is passed over, and what nobody can take fails as the last one did', async () => {
  await using stage = new Stage()
  const skills = [skill('wait')]
  const room = { capacity: 1, queue: 0, skills }
  const one = await stage.start({ name: 'one', ...room })
  const two = await stage.start({ name: 'two', ...room, bootstrap: [one.address] })
  const bob = await stage.inside({ name: 'bob', bootstrap: [one.address, two.address] })
  await until('Bob knows both', async () => (await bob.peers()).length === 2)
  const busy = bob.submit('wait', { ms: 60_000 }, { to: one.id })
  await until('one is full', async () => (await one.agent.info()).load.running === 1)
  const tasks = [1, 2, 3].map(() => bob.run('wait', { ms: 100 }, { onBusy: 'fail' }))
  const [first, ...rest] = await Promise.allSettled(tasks)
  expect(first).toMatchObject({ status: 'fulfilled', value: { by: two.id } })
  expect(rest.every(({ status }) => status === 'rejected')).toBe(true)
  expect(rest[0]).toMatchObject({ reason: { code: 'BUSY' } })
  await busy.cancel()
})

test('many that do not admit Bob do not hide the one that does, and come last', async () => {
  await using stage = new Stage()
  const bob = await stage.inside({ name: 'bob', network: 'home' })
  const skills = [skill('count')]
  const closed = Array.from({ length: 5 }, (_, n) => {
    return stage.inside({ name: `closed-${n}`, skills, open: false, network: 'home' })
  })
  // Half busy, so that it is the last by its score.
  const rest = { name: 'good', capacity: 2, network: 'home' }
  const good = await stage.inside({ ...rest, skills: [skill('count'), skill('wait')] })
  const all = [...(await Promise.all(closed)), good]
  await Promise.all(all.map((agent) => bob.connect(agent.addresses[0] ?? '')))
  await until('Bob knows all', async () => (await bob.peers()).length === all.length)
  const busy = bob.submit('wait', { ms: 60_000 }, { to: good.id })
  await until('it works', async () => (await good.info()).load.running === 1)
  const first = await bob.run('count', { n: 1 })
  expect(first).toMatchObject({ by: good.id, attempts: 6 })
  expect(await bob.run('count', { n: 2 })).toMatchObject({ by: good.id, attempts: 1 })
  const { candidates } = await bob.explain('count', { n: 3 })
  expect(candidates.filter(({ why }) => why.includes('sent us away'))).toHaveLength(5)
  await busy.cancel()
})

test('a peer that fails whatever it gets does not draw all the work to it', async () => {
  await using stage = new Stage()
  await using hole = await EvilPeer.create({ name: 'hole', skills: [offer('count')] })
  hole.serve = ({ frame }, session) => {
    const error = { code: 'SKILL_FAILED', message: 'no key' } as const
    session.send({ kind: 'rejected', id: frame.id, error })
  }
  const skills = [skill('count'), skill('wait')]
  const good = await stage.inside({ name: 'good', network: 'home', capacity: 2, skills })
  const bootstrap = [hole.address, good.addresses[0] ?? '']
  const bob = await stage.inside({ name: 'bob', network: 'home', bootstrap })
  await until('Bob knows both', async () => (await bob.peers()).length === 2)
  const busy = bob.submit('wait', { ms: 60_000 }, { to: good.id })
  await until('it works', async () => (await good.info()).load.running === 1)
  const failures: unknown[] = []
  while (failures.length < 10) {
    const ended = await bob.run('count', { n: 1 }).catch((error: unknown) => error)
    if (!(ended instanceof Error)) break
    failures.push(ended)
  }
  expect(failures.length).toBeLessThan(10)
  await busy.cancel()
})

test('a peer that never says a word is canceled, and another one is asked', async () => {
  await using stage = new Stage()
  const skills = [offer('count')]
  await using silent = await EvilPeer.create({ name: 'silent', skills })
  silent.serve = () => undefined
  const one = await stage.start({ name: 'one', network: 'home', skills: [skill('count')] })
  const listed = { network: 'home', allow: [silent.id], bootstrap: [silent.address, one.address] }
  const bob = await stage.inside({ ...listed, open: false })
  await until('Bob knows both', async () => (await bob.peers()).length === 2)
  // The silent one is on the list, so it comes first whatever its score.
  const task = bob.submit('count', { n: 1 }, { deadline: '20s' })
  const events = await Array.fromAsync(task)
  expect(sentOf(events)).toEqual([
    { attempt: 1, after: undefined },
    { attempt: 2, after: 'DEADLINE_EXCEEDED' }
  ])
  expect(await task.result).toMatchObject({ by: one.id, attempts: 2, value: { run: 1 } })
  const cancels = () => silent.sessions.flatMap(({ frames }) => frames.filter(isCancel))
  await until('it was told', () => cancels().length === 1)
  expect(cancels()).toMatchObject([{ reason: 'not accepted in time' }])
})

test('a peer that hangs before a session is open leaves time for the next one', async () => {
  await using stage = new Stage()
  const skills = [skill('count')]
  const hung = await stage.start({ name: 'hung', network: 'home', skills })
  const one = await stage.start({ name: 'one', network: 'home', skills })
  const listed = { network: 'home', allow: [hung.id], bootstrap: [hung.address, one.address] }
  const bob = await stage.inside({ ...listed, open: false })
  await until('Bob knows both', async () => (await bob.peers()).length === 2)
  process.kill(hung.pid, 'SIGSTOP')
  const result = await bob.run('count', { n: 1 }, { deadline: '4s' })
  expect(result).toMatchObject({ by: one.id, attempts: 2, value: { run: 1 } })
  expect(result.timing.totalMs).toBeLessThan(4_000)
  // Nobody else is there: its own deadline ends it, not that of opening a session.
  const named = bob.run('count', { n: 2 }, { to: hung.id, deadline: '500ms' })
  await expect(named).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  const task = bob.submit('count', { n: 3 }, { to: hung.id, deadline: '20s' })
  const ending = (async () => {
    for await (const event of task) if (event.type === 'sent') void task.cancel('enough')
  })()
  await expect(task.result).rejects.toMatchObject({ code: 'CANCELED', message: 'enough' })
  await ending
})

test('neither a named peer nor a fault of the work makes it go on', async () => {
  await using stage = new Stage()
  const { one, bob } = await three(stage, ['wait', 'late', 'relay'])
  const named: TaskEvent[] = []
  for await (const event of bob.agent.submit('wait', { ms: 60_000 }, { to: one.id })) {
    named.push(event)
    if (event.type === 'progress') await one.kill()
  }
  expect(named.at(-1)).toMatchObject({ type: 'failed', error: { code: 'PEER_LOST' } })
  expect(sentOf(named)).toHaveLength(1)
  const wrong = await Array.fromAsync(bob.agent.submit('wait', { ms: 'long' }))
  expect(wrong.at(-1)).toMatchObject({ type: 'failed', error: { code: 'INPUT_INVALID' } })
  expect(sentOf(wrong)).toHaveLength(0)
})

test('of peers that do the same, the one that fell is asked last the next time', async () => {
  await using stage = new Stage()
  const { bob, workers } = await three(stage, ['count'])
  const home = bob.home
  let dead: AgentProcess | undefined
  for await (const event of bob.agent.submit('count', { ms: 1_000 })) {
    if (event.type !== 'sent' || dead !== undefined) continue
    dead = workers.get(event.to)
    await dead?.kill()
  }
  const back = await dead?.restart()
  await until('it is back', async () => (await bob.agent.peers()).length === 2)
  const before = await bob.agent.explain('count', {})
  expect(before.candidates.at(-1)).toMatchObject({ peer: back?.id, state: 'next' })
  expect(before.candidates.at(-1)?.why).toContain('standing')
  // The memory outlives the agent that has it.
  await bob.stop()
  const later = await bob.restart({ home })
  await until('both are there again', async () => (await later.agent.peers()).length === 2)
  const after = await later.agent.explain('count', {})
  expect(after.candidates.at(-1)).toMatchObject({ peer: back?.id, state: 'next' })
  expect(after.candidates.at(-1)?.facts?.trouble).toBeGreaterThan(0.5)
})

const isCancel = ({ kind }: SessionFrame): boolean => kind === 'cancel'
