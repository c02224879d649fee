/** Ada asks Ben, whose skill hands the work on to Cleo. */

import { expect, test } from 'vitest'
import type { Agent, ObservedEvent } from '../../src/index.ts'
import { toHex } from '../../src/protocol/canonical.ts'
import type { Task } from '../../src/protocol/message/task.ts'
import { EvilPeer, offer } from '../helpers/evil-peer.ts'
import type { AgentProcess } from '../helpers/processes.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

async function three(stage: Stage) {
  const skills = ['relay', 'echo', 'wait'].map(skill)
  const ben = await stage.start({ name: 'ben', skills })
  const cleo = await stage.start({ name: 'cleo', skills, bootstrap: [ben.address] })
  const ada = await stage.inside({ name: 'ada', bootstrap: [ben.address] })
  await until('Ada and Cleo have met', async () => (await ada.peers()).length === 2)
  await until('Ben knows Cleo', async () => (await ben.agent.peers()).length === 2)
  return { ada, ben, cleo }
}

test('work that is handed on is one trace over three agents', async () => {
  await using stage = new Stage()
  const { ada, ben, cleo } = await three(stage)
  const seen: ObservedEvent[] = []
  const watching = watch(ada, seen)
  const steps = [{ skill: 'echo', to: cleo.id }]
  const result = await ada.run('relay', { steps, work: 'pass it on' }, { to: ben.id })
  expect(result).toMatchObject({ value: 'pass it on', by: ben.id })
  const inTrace = () => seen.filter(({ event }) => 'trace' in event && event.trace === result.trace)
  const ends = () => inTrace().filter(({ event }) => event.type === 'task.completed').length
  await until('all four ends were seen', () => ends() === 4)
  await ada.stop()
  await watching

  const story = inTrace().map(({ name, event }) => `${name} ${event.type}`)
  expect(new Set(inTrace().map(({ from }) => from))).toEqual(new Set([ada.id, ben.id, cleo.id]))
  expect(story).toContain('ben task.handed-on')
  // The subtask is not the task, and hangs below Ben's span.
  const handed = inTrace().find(({ event }) => event.type === 'task.handed-on')?.event
  expect(handed).toMatchObject({ task: result.task, to: cleo.id, side: 'executor' })
  const subtask = handed?.type === 'task.handed-on' ? handed : undefined
  const below = inTrace().filter(({ event }) => 'task' in event && event.task === subtask?.subtask)
  const parts = below.map(({ name, event }) => `${name} ${event.type}`)
  expect(parts).toContain('ben task.submitted')
  expect(parts).toContain('cleo task.completed')
  const submitted = below.find(({ event }) => event.type === 'task.submitted')?.event
  expect(submitted).toMatchObject({ parent: subtask?.span })
})

test('a part is signed for what is left of the budget, and says what it is a part of', async () => {
  await using stage = new Stage()
  await using cleo = await EvilPeer.create({ name: 'cleo', skills: [offer('echo')] })
  const skills = [skill('relay')]
  const ben = await stage.start({ name: 'ben', network: 'home', skills, bootstrap: [cleo.address] })
  const ada = await stage.inside({ network: 'home', bootstrap: [ben.address] })
  await until('Ben knows Cleo', async () => (await ben.agent.peers()).length === 2)
  const asked = Promise.withResolvers<Task>()
  cleo.serve = ({ task, frame }, session) => {
    asked.resolve(task.body)
    const error = { code: 'SKILL_FAILED', message: 'no time' } as const
    session.send({ kind: 'rejected', id: frame.id, error })
  }
  const work = { spend: 6, steps: [{ skill: 'echo', to: cleo.id }], work: 'for Cleo' }
  const budget = { tokens: 10, depth: 3 }
  const task = ada.submit('relay', work, { to: ben.id, deadline: 20_000, budget })
  await expect(task.result).rejects.toMatchObject({ code: 'SKILL_FAILED', message: 'no time' })
  const part = await asked.promise
  expect(part).toMatchObject({ from: ben.id, to: cleo.id, budget: { tokens: 4, depth: 2 } })
  expect(part.budget.wallMs).toBeLessThan(20_000)
  expect(part.budget.wallMs).toBeGreaterThan(1_000)
  expect(toHex(part.parent ?? new Uint8Array())).toBe(task.id)
  const [own] = await ada.tasks()
  expect(part.trace).toContain(own?.trace)
})

test('when the time is up for the first, the last one stops too', async () => {
  await using stage = new Stage()
  const { ada, ben, cleo } = await three(stage)
  const work = { steps: [{ skill: 'wait', to: cleo.id }], work: { ms: 60_000 } }
  const late = ada
    .run('relay', work, { to: ben.id, deadline: 3_000 })
    .catch((error: unknown) => error)
  await until('Cleo works', async () => (await cleo.agent.info()).load.running === 1)
  expect(await late).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  await until('Cleo has ended too', () => ended(cleo, 'wait'), 3_000)
})

test('cancel reaches the part that was handed on', async () => {
  await using stage = new Stage()
  const { ada, ben, cleo } = await three(stage)
  const work = { steps: [{ skill: 'wait', to: cleo.id }], work: { ms: 60_000 } }
  const task = ada.submit('relay', work, { to: ben.id })
  await until('Cleo works', async () => (await cleo.agent.info()).load.running === 1)
  await task.cancel('no longer needed')
  await expect(task.result).rejects.toMatchObject({ code: 'CANCELED' })
  await until('Cleo has ended too', () => ended(cleo, 'wait'), 3_000)
  expect((await cleo.agent.tasks())[0]).toMatchObject({ skill: 'wait', state: 'canceled' })
})

test('when the last one is killed, the first one hears of it, and of nothing else', async () => {
  await using stage = new Stage()
  const { ada, ben, cleo } = await three(stage)
  const work = { steps: [{ skill: 'wait', to: cleo.id }], work: { ms: 60_000 } }
  const failed = ada.run('relay', work, { to: ben.id }).catch((error: unknown) => error)
  await until('Cleo works', async () => (await cleo.agent.info()).load.running === 1)
  const killed = performance.now()
  await cleo.kill()
  expect(await failed).toMatchObject({ code: 'PEER_LOST' })
  expect(performance.now() - killed).toBeLessThan(2_000)
  expect((await ada.run('echo', 'Ben is well', { to: ben.id })).value).toBe('Ben is well')
})

test('a part gets what is left of the tokens: together they may not use more', async () => {
  await using stage = new Stage()
  const { ada, ben, cleo } = await three(stage)
  const steps = [
    { skill: 'relay', to: cleo.id },
    { skill: 'echo', to: ben.id }
  ]
  const ask = (tokens: number) => {
    const budget = { tokens }
    return ada.run('relay', { spend: 6, steps, work: 'paid' }, { to: ben.id, budget })
  }
  expect((await ask(12)).value).toBe('paid')
  // Ben uses 6 of 10, so Cleo may use 4. She uses 6, and fails; that counts for Ben as well.
  await expect(ask(10)).rejects.toMatchObject({
    code: 'BUDGET_EXCEEDED',
    facts: { what: 'tokens', used: 12, limit: 10 }
  })
})

test('work is handed on as often as it may be, and not once more', async () => {
  await using stage = new Stage()
  const { ada, ben, cleo } = await three(stage)
  const steps = [
    { skill: 'relay', to: cleo.id },
    { skill: 'relay', to: ben.id },
    { skill: 'echo', to: cleo.id }
  ]
  const ask = (depth: number) =>
    ada.run('relay', { steps, work: 'far away' }, { to: ben.id, budget: { depth } })
  expect((await ask(3)).value).toBe('far away')
  await expect(ask(2)).rejects.toMatchObject({ code: 'DEPTH_EXCEEDED' })
  const echoes = (await cleo.agent.tasks()).filter((task) => task.skill === 'echo')
  expect(echoes).toHaveLength(1)
})

async function watch(agent: Agent, into: ObservedEvent[]): Promise<void> {
  for await (const event of agent.watch()) into.push(event)
}

async function ended({ agent }: AgentProcess, name: string): Promise<boolean> {
  const task = (await agent.tasks()).find((one) => one.skill === name)
  return task !== undefined && task.wallMs !== null
}
