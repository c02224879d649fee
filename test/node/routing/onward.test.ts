/** Everybody who could take a task is full: it waits for room, as long as it has time. */

import { expect, test } from 'vitest'
import type { Agent, AgentInit, TaskEvent } from '../../../src/index.ts'
import { skill, Stage, until } from '../../helpers/processes.ts'

const FULL: AgentInit = { capacity: 1, queue: 0, skills: ['wait', 'count'].map(skill) }

/** Alice, who works on something already, and Bob, who asks her. */
async function busy(stage: Stage, init: AgentInit = {}) {
  const alice = await stage.inside({ name: 'alice', ...FULL, ...init })
  const bob = await stage.inside({ name: 'bob', bootstrap: [alice.addresses[0] ?? ''] })
  await until('Bob knows Alice', async () => (await bob.peers()).length === 1)
  const work = bob.submit('wait', { ms: 60_000 })
  await until('she works', async () => (await alice.info()).load.running === 1)
  return { alice, bob, work }
}

const refusedBy = async (agent: Agent): Promise<number> => {
  const { work } = await agent.status()
  return work?.refused.find(({ code }) => code === 'BUSY')?.count ?? 0
}

test.each([{}, { to: 'alice' }])(
  'a task waits until the only peer has room: %j',
  async (options) => {
    await using stage = new Stage()
    const { alice, bob, work } = await busy(stage)
    const events: TaskEvent[] = []
    for await (const event of bob.submit('count', {}, options)) {
      events.push(event)
      if (event.type === 'waiting') await work.cancel()
    }
    const waiting = events.find(({ type }) => type === 'waiting')
    expect(waiting).toMatchObject({ to: alice.id, name: 'alice', after: 'BUSY' })
    expect(waiting).toHaveProperty('ms', expect.any(Number))
    expect(events.at(-1)).toMatchObject({ type: 'completed', result: { attempts: 1 } })
    const [first, again] = events.filter(({ type }) => type === 'sent')
    expect(first).toMatchObject({ attempt: 1 })
    expect(again).toMatchObject({ attempt: 1, after: 'BUSY', again: true })
  }
)

test('when its time ends, a task that waited is refused as busy, and knows how often', async () => {
  await using stage = new Stage()
  const { alice, bob, work } = await busy(stage)
  const late = bob.run('count', {}, { deadline: '4s' })
  await expect(late).rejects.toMatchObject({
    code: 'BUSY',
    message: expect.stringMatching(/it was asked \d+ times in \d s$/) as string,
    hint: expect.stringContaining('--deadline') as string,
    facts: { waits: expect.any(Number) as number, retryAfterMs: expect.any(Number) as number }
  })
  expect(await refusedBy(alice)).toBeGreaterThan(1)
  await work.cancel()
})

test('who does not want to wait hears of it at once', async () => {
  await using stage = new Stage()
  const { alice, bob, work } = await busy(stage)
  const events = await Array.fromAsync(bob.submit('count', {}, { onBusy: 'fail' }))
  expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'BUSY' } })
  expect(events.some(({ type }) => type === 'waiting')).toBe(false)
  expect(await refusedBy(alice)).toBe(1)
  expect(() => bob.submit('count', {}, { onBusy: 'never' as 'fail' })).toThrow('neither wait nor')
  await work.cancel()
})

test('a peer that joins while a task waits gets it', async () => {
  await using stage = new Stage()
  const { alice, bob, work } = await busy(stage)
  let carol: Promise<Agent> | undefined
  const task = bob.submit('count', {})
  for await (const event of task) {
    if (event.type !== 'waiting' || carol !== undefined) continue
    carol = stage.inside({ name: 'carol', ...FULL, bootstrap: [alice.addresses[0] ?? ''] })
  }
  expect((await task.result).by).toBe((await carol)?.id)
  await work.cancel()
})

test('a quota that is used up is waited for too', async () => {
  await using stage = new Stage()
  const quotas = { perSecond: 2, burst: 2 }
  const alice = await stage.inside({ skills: [skill('count')], quotas })
  const bob = await stage.inside({ bootstrap: [alice.addresses[0] ?? ''] })
  await until('Bob knows Alice', async () => (await bob.peers()).length === 1)
  const tasks = Array.from({ length: 5 }, (_, n) => bob.run<{ n: number }>('count', { n }))
  const done = await Promise.all(tasks)
  expect(done.map(({ value }) => value.n)).toEqual([0, 1, 2, 3, 4])
})
