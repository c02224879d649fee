/** Work that comes back to where it was. */

import { expect, test } from 'vitest'
import { digest } from '../../src/protocol/canonical.ts'
import { EvilPeer, sealTask } from '../helpers/evil-peer.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

async function pair(stage: Stage) {
  const skills = [skill('again')]
  const ada = await stage.start({ name: 'ada', skills })
  const ben = await stage.start({ name: 'ben', skills, bootstrap: [ada.address] })
  await until('they have met', async () => (await ada.agent.peers()).length === 1)
  await until('they have met', async () => (await ben.agent.peers()).length === 1)
  return { ada, ben }
}

test('A asks B, B asks A for the same: refused, and the path is shown', async () => {
  await using stage = new Stage()
  const { ada, ben } = await pair(stage)
  const asked = ada.agent.run('again', 'x', { to: ben.id, budget: { depth: 16 } })
  await expect(asked).rejects.toMatchObject({
    code: 'LOOP',
    message: `the same "again" went in a circle: ${ada.id} → ${ben.id} → ${ada.id}`
  })
  expect((await ada.agent.tasks()).filter(({ side }) => side === 'executor')).toEqual([])
})

test('a circle of three is seen by the one it comes back to', async () => {
  await using stage = new Stage()
  const { ada, ben } = await pair(stage)
  const cleo = await stage.inside({ name: 'cleo', bootstrap: [ada.address, ben.address] })
  await until('Cleo knows both', async () => (await cleo.peers()).length === 2)
  const failed = cleo.run('again', 'x', { to: ada.id, budget: { depth: 16 } })
  const error: unknown = await failed.catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'LOOP' })
  expect((error as Error).message).toContain([cleo.id, ada.id, ben.id, ada.id].join(' → '))
})

test('an agent refuses work that it works on further up, whoever brings it', async () => {
  await using stage = new Stage()
  const ada = await stage.start({ name: 'ada', network: 'home', skills: [skill('echo')] })
  await using mallory = await EvilPeer.create()
  const session = await mallory.session(await mallory.join(ada.address))
  const send = (change: Parameters<typeof sealTask>[2]) => {
    const { task, input, id } = sealTask(mallory.identity, ada.id, { skill: 'echo', ...change })
    session.send({ kind: 'request', id, task: task.bytes, input })
    return id
  }
  const input = digest(Buffer.from('"again"'))
  const path = [{ from: ada.id, skill: 'echo', input }]
  const refused = await session.refusal(send({ value: 'again', path }))
  expect(refused).toMatchObject({ code: 'LOOP' })
  expect(refused.message).toContain([ada.id, mallory.id, ada.id].join(' → '))
  // Other work on the same path is none of it.
  const other = await session.answer(send({ value: 'other', path }), 'result', 'rejected')
  expect(other.kind).toBe('result')
})
