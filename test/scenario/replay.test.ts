/** At most once, across restarts: finished work is answered again, other work not repeated. */

import { expect, test } from 'vitest'
import type { ObservedEvent } from '../../src/index.ts'
import { EvilPeer, sealTask } from '../helpers/evil-peer.ts'
import { skill, Stage } from '../helpers/processes.ts'

interface Counted {
  readonly n: number
  readonly run: number
  readonly boot: string
}

test('after a restart the same key gets the stored result; the skill does not run', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('count')] })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const once = { idempotencyKey: 'once' }
  const first = await bob.run<Counted>('count', { n: 7 }, once)
  expect(first).toMatchObject({ replay: false, value: { n: 7, run: 1 } })
  // An ending is on disk by the end of the turn that sent it; this is answered in a later one.
  await alice.agent.info()
  await alice.kill()

  const again = await alice.restart()
  const seen = record(again.agent.watch({ types: ['task.*'] }))
  const second = await bob.run<Counted>('count', { n: 7 }, { ...once, wait: '20s' })
  expect(second).toMatchObject({ replay: true, value: first.value, by: alice.id })
  expect(second.task).not.toBe(first.task)
  // The first run of the new process is this one, so the replay was none.
  const fresh = await bob.run<Counted>('count', { n: 8 })
  expect(fresh.value).toMatchObject({ n: 8, run: 1 })
  expect(fresh.value.boot).not.toBe(first.value.boot)
  const types = await seen.until('task.completed')
  expect(types.filter((type) => type === 'task.replayed')).toHaveLength(1)
  expect(types.filter((type) => type === 'task.started')).toHaveLength(1)

  // The same key for other work is refused.
  await expect(bob.run('count', { n: 9 }, once)).rejects.toMatchObject({ code: 'REPLAYED' })
})

test('work that a kill interrupted is not run a second time under the same key', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('count')] })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const input = { n: 7, ms: 60_000 }
  const once = { idempotencyKey: 'once', wait: '20s' }
  const task = bob.submit('count', input, once)
  for await (const event of task) if (event.type === 'progress') await alice.kill()
  await expect(task.result).rejects.toMatchObject({ code: 'PEER_LOST' })
  await alice.restart()
  await expect(bob.run('count', input, once)).rejects.toMatchObject({ code: 'INTERRUPTED' })
  const fresh = await bob.run<Counted>('count', { n: 8 })
  expect(fresh.value).toMatchObject({ n: 8, run: 1 })
})

test('two requests with one key at the same time are one run with two answers', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('count')] })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const twice = [0, 1].map(() => {
    return bob.run<Counted>('count', { n: 7, ms: 300 }, { idempotencyKey: 'once' })
  })
  const [one, other] = await Promise.all(twice)
  expect(one?.value).toEqual(other?.value)
  expect(new Set([one?.replay, other?.replay])).toEqual(new Set([false, true]))
  expect((await bob.run<Counted>('count', {})).value.run).toBe(2)
})

test('a requester that loses its session and asks again gets the run that went on', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ network: 'home', skills: [skill('count')] })
  await using bob = await EvilPeer.create()
  const connection = await bob.join(alice.address)
  const { task, input, id } = sealTask(bob.identity, alice.id, { value: { n: 7, ms: 1_500 } })
  const request = { kind: 'request', id, task: task.bytes, input } as const
  const first = await bob.session(connection)
  first.send(request)
  await first.answer(id, 'progress')
  await first.end()
  const second = await bob.session(connection)
  second.send(request)
  expect(await second.answer(id)).toMatchObject({ kind: 'accepted' })
  const answer = await second.answer(id, 'result')
  const output = answer.kind === 'result' ? Buffer.from(answer.output ?? []).toString() : ''
  expect(JSON.parse(output)).toMatchObject({ n: 7, run: 1 })
  const carol = await stage.inside({ network: 'home', bootstrap: [alice.address] })
  expect((await carol.run<Counted>('count', {})).value.run).toBe(2)
})

/** Types of the executor's events so far, once one of a type was there. */
function record(events: AsyncIterable<ObservedEvent>) {
  const types: string[] = []
  const reading = events[Symbol.asyncIterator]()
  return {
    async until(last: string): Promise<readonly string[]> {
      while (!types.includes(last)) {
        const { value, done } = await reading.next()
        if (done === true) throw new Error('the events ended')
        if ('side' in value.event && value.event.side === 'executor') types.push(value.event.type)
      }
      await reading.return?.()
      return types
    }
  }
}
