/** The main walk: two agents, two processes, one bootstrap address, one task. */

import { expect, test } from 'vitest'
import { open } from '../../src/protocol/seal.ts'
import { expectResult } from '../../src/protocol/message/result.ts'
import { skill, Stage } from '../helpers/processes.ts'

test('two processes that share a bootstrap address do a signed task together', async () => {
  await using stage = new Stage()
  const bob = await stage.start({ name: 'bob', open: false })
  const alice = await stage.start({
    name: 'alice',
    open: false,
    skills: [skill('echo')],
    allow: [bob.id],
    bootstrap: [bob.address]
  })
  const result = await bob.agent.run('echo', 'hello')
  expect(result.value).toBe('hello')
  expect(result.by).toBe(alice.id)
  expect(result.replay).toBe(false)

  // Anybody who has the sealed result can check by whom and for whom it is.
  const context = { network: 'default', self: bob.id, sender: alice.id, now: Date.now() }
  const { network } = await alice.agent.info()
  const opened = open(result.sealed, expectResult({ ...context, network }))
  expect(opened).toMatchObject({ ok: true, sealed: { body: { from: alice.id, to: bob.id } } })

  const [seen] = await bob.agent.peers()
  expect(seen).toMatchObject({ id: alice.id, name: 'alice', via: 'inbound' })
  expect((await alice.agent.tasks())[0]).toMatchObject({ state: 'completed', side: 'executor' })
  expect((await bob.agent.tasks())[0]).toMatchObject({ state: 'completed', side: 'requester' })
})

test('a peer that was not allowed is refused, and nothing runs', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ name: 'alice', open: false, skills: [skill('count')] })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const refused = bob.run('count', {})
  await expect(refused).rejects.toMatchObject({ code: 'NOT_ADMITTED' })
  expect(await alice.agent.tasks()).toEqual([])
})
