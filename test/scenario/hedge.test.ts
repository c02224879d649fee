/** A slow peer gets a rival. */

import { expect, test } from 'vitest'
import type { Agent, TaskEvent } from '../../src/index.ts'
import type { SessionFrame } from '../../src/protocol/message/session.ts'
import { EvilPeer, offer } from '../helpers/evil-peer.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

/** The first peer accepts and then says nothing more; it is listed, so it is asked first. */
async function withSlowOne(stage: Stage, slow: EvilPeer): Promise<{ bob: Agent; one: string }> {
  const one = await stage.start({ name: 'one', network: 'home', skills: [skill('count')] })
  const bootstrap = [slow.address, one.address]
  const bob = await stage.inside({ network: 'home', allow: [slow.id], open: false, bootstrap })
  await until('Bob knows both', async () => (await bob.peers()).length === 2)
  return { bob, one: one.id }
}

test('the second peer answers first, and the slow one is canceled', async () => {
  await using stage = new Stage()
  await using slow = await EvilPeer.create({ name: 'slow', skills: [offer('count')] })
  slow.serve = ({ frame }, session) => session.send({ kind: 'accepted', id: frame.id, ahead: 0 })
  const { bob, one } = await withSlowOne(stage, slow)
  const task = bob.submit('count', { n: 3 }, { hedge: '300ms', deadline: '20s' })
  const events: TaskEvent[] = await Array.fromAsync(task)
  expect(await task.result).toMatchObject({ by: one, attempts: 2, value: { n: 3, run: 1 } })
  const sent = events.filter((event) => event.type === 'sent')
  expect(sent).toMatchObject([
    { to: slow.id, attempt: 1 },
    { to: one, attempt: 2, after: 'hedge' }
  ])
  const cancels = () => slow.sessions.flatMap(({ frames }) => frames.filter(isCancel))
  await until('it was told', () => cancels().length === 1)
  expect(cancels()).toMatchObject([{ reason: 'another peer was faster' }])
})

test('without a rival in time there is one result and one executor', async () => {
  await using stage = new Stage()
  const skills = [skill('count')]
  const one = await stage.start({ name: 'one', skills })
  const two = await stage.start({ name: 'two', skills, bootstrap: [one.address] })
  const bob = await stage.inside({ bootstrap: [one.address, two.address] })
  await until('Bob knows both', async () => (await bob.peers()).length === 2)
  const result = await bob.run('count', { n: 1 }, { hedge: '10s' })
  expect(result).toMatchObject({ attempts: 1, value: { run: 1 } })
  // Both are slow: each runs it once, and one of them is stopped.
  const both = await bob.run('count', { n: 2, ms: 600 }, { hedge: '100ms' })
  expect(both.value).toMatchObject({ n: 2 })
  const rows = async () => {
    const all = [...(await one.agent.tasks()), ...(await two.agent.tasks())]
    return all.filter(({ id }) => id === both.task).map(({ state }) => state)
  }
  await until('the loser was canceled', async () => (await rows()).includes('canceled'))
  expect((await rows()).sort()).toEqual(['canceled', 'completed'])
})

test('a cancel reaches both', async () => {
  await using stage = new Stage()
  const skills = [skill('wait')]
  const one = await stage.start({ name: 'one', skills })
  const two = await stage.start({ name: 'two', skills, bootstrap: [one.address] })
  const bob = await stage.inside({ bootstrap: [one.address, two.address] })
  await until('Bob knows both', async () => (await bob.peers()).length === 2)
  const task = bob.submit('wait', { ms: 60_000 }, { hedge: '100ms' })
  const running = async () => {
    const infos = await Promise.all([one.agent.info(), two.agent.info()])
    return infos.reduce((sum, { load }) => sum + load.running, 0)
  }
  await until('both work', async () => (await running()) === 2)
  await task.cancel()
  await expect(task.result).rejects.toMatchObject({ code: 'CANCELED' })
  await until('neither works', async () => (await running()) === 0)
})

const isCancel = ({ kind }: SessionFrame): boolean => kind === 'cancel'
