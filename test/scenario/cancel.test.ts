/** Cancel: mid-run, against a skill that never looks up, and before the run has begun. */

import { expect, test } from 'vitest'
import { EvilPeer, offer } from '../helpers/evil-peer.ts'
import { isAlive, reached, skill, spinningBelow, Stage, until } from '../helpers/processes.ts'

test('cancel reaches a skill in a busy loop, frees its place and leaves no process', async () => {
  await using stage = new Stage()
  const skills = [skill('spin'), skill('echo')]
  const alice = await stage.start({ skills, capacity: 1 })
  const bob = await stage.start({ bootstrap: [alice.address] })
  const events: string[] = []
  let spinning = -1
  for await (const event of bob.agent.submit('spin', null)) {
    events.push(event.type)
    if (event.type === 'progress') {
      expect((await alice.agent.info()).load.running).toBe(1)
      spinning = await spinningBelow(alice.pid)
      await bob.agent.cancel(event.task, 'changed my mind')
    }
    if (event.type === 'canceled') {
      expect(event.error).toMatchObject({ code: 'CANCELED' })
      expect(event.error.message).toContain('changed my mind')
    }
  }
  expect(events).toEqual(['submitted', 'sent', 'accepted', 'progress', 'canceled'])
  await until('the spinning process is gone', () => !isAlive(spinning), 3_000)
  expect((await alice.agent.tasks())[0]).toMatchObject({ skill: 'spin', state: 'canceled' })
  // There is one place only: this would wait for ever behind a task that still runs.
  expect((await bob.agent.run('echo', 'free again')).value).toBe('free again')
})

test('a task that is canceled while it waits for its turn never runs', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('count')], capacity: 1 })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const running = bob.submit('count', { n: 1, ms: 60_000 })
  await reached(running, 'progress')
  const waiting = bob.submit('count', { n: 2 })
  await reached(waiting, 'accepted')
  expect((await alice.agent.info()).load).toEqual({ running: 1, queued: 1, capacity: 1 })
  await waiting.cancel('not needed')
  await expect(waiting.result).rejects.toMatchObject({ code: 'CANCELED' })
  expect((await alice.agent.info()).load).toEqual({ running: 1, queued: 0, capacity: 1 })
  await running.cancel()
  // The third task is the second run.
  expect((await bob.run('count', { n: 3 })).value).toMatchObject({ n: 3, run: 2 })
})

test('a stream that breaks behind a cancel does not make a loss of it', async () => {
  await using stage = new Stage()
  await using evil = await EvilPeer.create({ name: 'evil', skills: [offer('count')] })
  evil.serve = ({ frame }, session) => session.send({ kind: 'accepted', id: frame.id, ahead: 0 })
  const bob = await stage.inside({ network: 'home', bootstrap: [evil.address] })
  const task = bob.submit('count', {}, { to: evil.id, deadline: '20s' })
  for await (const { type } of task) {
    if (type !== 'accepted') continue
    void task.cancel('enough')
    await evil.sessions[0]?.end()
  }
  await expect(task.result).rejects.toMatchObject({ code: 'CANCELED', message: 'enough' })
})
