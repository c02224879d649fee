/** Ada asks Ben, whose skill hands the work on to Cleo. */

import { expect, test } from 'vitest'
import type { Agent, ObservedEvent } from '../../src/index.ts'
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

test('work that is handed on is one trace over three agents, and the answer comes back', async () => {
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

test('a part gets what is left of the time: the last one stops when the first must', async () => {
  await using stage = new Stage()
  const { ada, ben, cleo } = await three(stage)
  const work = { steps: [{ skill: 'wait', to: cleo.id }], work: { ms: 60_000 } }
  const refused = ada.run('relay', work, { to: ben.id, deadline: 1_500 })
  await expect(refused).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  await until('Cleo has ended too', () => ended(cleo, 'wait'), 4_000)
  const [told] = await cleo.agent.tasks()
  expect(told).toMatchObject({ skill: 'wait', state: expect.stringMatching(/failed|canceled/) })
  // She was given less than the whole, or was told to stop with it.
  expect(told?.wallMs).toBeLessThan(3_000)
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
  // Ben uses 6 of 10, so Cleo may use 4; alone, with 10, she could use her 6.
  await expect(ask(10)).rejects.toMatchObject({
    code: 'BUDGET_EXCEEDED',
    facts: { what: 'tokens', used: 6, limit: 4 }
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
