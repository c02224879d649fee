/** The requester's power goes while others work for it. */

import { expect, test } from 'vitest'
import type { ObservedEvent } from '../../src/index.ts'
import { isAlive, skill, spinningBelow, Stage, until } from '../helpers/processes.ts'

/** A second to come back in, a quarter to stop in, and some for a busy machine, ms. */
const STOPPED_MS_MAX = 4_000

test('when the requester is killed mid-task, the executor stops working on it', async () => {
  await using stage = new Stage()
  const skills = [skill('spin'), skill('echo')]
  const alice = await stage.start({ skills, capacity: 1 })
  const bob = await stage.start({ bootstrap: [alice.address] })
  const canceled = alice.agent.watch({ types: ['task.canceled'] })[Symbol.asyncIterator]()
  const ended = canceled.next() as Promise<IteratorResult<ObservedEvent, void>>
  let spinning = -1
  const task = bob.agent.submit('spin', null, { deadline: '5m' })
  const following = (async () => {
    for await (const event of task) {
      if (event.type !== 'progress') continue
      spinning = await spinningBelow(alice.pid)
      await bob.kill()
    }
  })()
  // The socket through which we asked breaks with the process.
  await expect(following).rejects.toMatchObject({ code: 'CONTROL_FAILED' })
  const idle = async () => (await alice.agent.info()).load.running === 0
  await until('alice has nothing to do', idle, STOPPED_MS_MAX)
  await until('the spinning process is gone', () => !isAlive(spinning), STOPPED_MS_MAX)
  const { value } = await ended
  expect(value).toMatchObject({
    from: alice.id,
    event: { side: 'executor', peer: bob.id, reason: 'the requester went away' }
  })
  await canceled.return?.()
  const carol = await stage.start({ bootstrap: [alice.address] })
  expect((await carol.agent.run('echo', 'free again')).value).toBe('free again')
})
