/** A peer that keeps to no rules, among honest processes: nothing it forges is believed. */

import { expect, test } from 'vitest'
import type { ObservedEvent } from '../../src/index.ts'
import { traceTopic } from '../../src/protocol/constants.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'
import type { Identity } from '../../src/protocol/identity.ts'
import type { Task } from '../../src/protocol/message/task.ts'
import { seal } from '../../src/protocol/seal.ts'
import type { TraceBatch } from '../../src/protocol/trace.ts'
import { EvilPeer, offer, sealTask } from '../helpers/evil-peer.ts'
import type { EvilSession } from '../helpers/evil-peer.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

const network = 'home'
const carol = identityFromSeed(new Uint8Array(32).fill(7))
const MINUTE_MS = 60_000

interface Counted {
  readonly run: number
}

test('agents of different networks do not become peers, and both learn why', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ network: 'one', skills: [skill('count')] })
  const bob = await stage.inside({ network: 'other', bootstrap: [alice.address] })
  const begin = performance.now()
  await expect(bob.connect(alice.address)).rejects.toMatchObject({ code: 'WRONG_NETWORK' })
  expect(performance.now() - begin).toBeLessThan(5_000)
  const lonely = bob.run('count', {}, { wait: 500 })
  const error: unknown = await lonely.catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'NO_PEERS' })
  expect((error as Error).message).toContain('meant for network "one"')
  expect(await alice.agent.peers()).toEqual([])
  expect(await alice.agent.tasks()).toEqual([])
})

test('tasks of the wrong network, audience or time, and forged ones, never run', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ network, skills: [skill('count')] })
  const bob = await stage.inside({ network, bootstrap: [alice.address] })
  await using mallory = await EvilPeer.create()
  const session = await mallory.session(await mallory.join(alice.address))
  const now = Date.now()
  const ask = (change: Partial<Task>, by: Identity = mallory.identity) =>
    refusal(session, sealTask(by, alice.id, change))

  expect(await ask({ network: 'work' })).toBe('WRONG_NETWORK')
  expect(await ask({ to: carol.id })).toBe('WRONG_AUDIENCE')
  expect(await ask({ issued: now - 2 * MINUTE_MS, expires: now - 1 })).toBe('EXPIRED')
  expect(await ask({ issued: now - 10 * MINUTE_MS })).toBe('CLOCK_SKEW')
  expect(await ask({ issued: now + 10 * MINUTE_MS })).toBe('CLOCK_SKEW')
  // Carol's own task, but it is not she who sends it.
  expect(await ask({}, carol)).toBe('SIGNATURE_INVALID')
  // Mallory's word that it is Carol's.
  expect(await ask({ from: carol.id })).toBe('SIGNATURE_INVALID')
  const changed = sealTask(mallory.identity, alice.id)
  changed.task.bytes[20] = (changed.task.bytes[20] ?? 0) ^ 1
  expect(await refusal(session, changed)).toBe('SIGNATURE_INVALID')

  // Nothing of all that ran: the first run is the honest one.
  expect((await bob.run<Counted>('count', {})).value.run).toBe(1)
  const states = (await alice.agent.tasks()).map(({ state }) => state)
  expect(states).toEqual(['completed'])
})

test('the same sealed task again is answered from the journal, also after a restart', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ network, skills: [skill('count')] })
  await using mallory = await EvilPeer.create()
  const { task, input, id } = sealTask(mallory.identity, alice.id)
  const session = await mallory.session(await mallory.join(alice.address))
  const request = { kind: 'request', id, task: task.bytes, input } as const
  session.send(request)
  const first = await session.answer(id, 'result')
  session.send(request)
  const second = await session.answer(id, 'result')
  expect(second).toEqual(first)

  await alice.kill()
  const again = await alice.restart()
  const later = await mallory.session(await mallory.join(again.address))
  later.send(request)
  const third = await later.answer(id, 'result')
  expect(third).toEqual(first)
  const bob = await stage.inside({ network, bootstrap: [again.address] })
  expect((await bob.run<Counted>('count', {})).value.run).toBe(1)
})

test('a peer that passes a task on as its own work is found out', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ network, skills: [skill('count')] })
  await using mallory = await EvilPeer.create({ skills: [offer('count')] })
  const toAlice = await mallory.session(await mallory.join(alice.address))
  const bob = await stage.inside({ network, bootstrap: [mallory.address] })

  // She hands Bob's sealed task on: it is not addressed to Alice.
  const passed = Promise.withResolvers<string>()
  mallory.serve = async ({ frame }, session) => {
    toAlice.send(frame)
    const { code, message } = await toAlice.refusal(frame.id)
    passed.resolve(code)
    session.send({ kind: 'rejected', id: frame.id, error: { code: 'SKILL_FAILED', message } })
  }
  await expect(bob.run('count', {}, { to: mallory.id })).rejects.toBeDefined()
  expect(await passed.promise).toBe('WRONG_AUDIENCE')

  // She asks in her own name, and hands Alice's sealed answer on: it is not by her, nor for Bob.
  mallory.serve = async ({ frame }, session) => {
    const own = sealTask(mallory.identity, alice.id, { value: {} })
    toAlice.send({ kind: 'request', id: own.id, task: own.task.bytes, input: own.input })
    const answer = await toAlice.answer(own.id, 'result')
    if (answer.kind === 'result') session.send({ ...answer, id: frame.id })
  }
  const cheated = bob.run('count', {}, { to: mallory.id })
  await expect(cheated).rejects.toMatchObject({ code: 'WRONG_AUDIENCE' })
})

test('a trace batch in the name of another is seen by nobody', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ network })
  const observer = await stage.inside({ network, bootstrap: [alice.address] })
  await using mallory = await EvilPeer.create({ name: 'mallory' })
  await mallory.join(observer.addresses[0] ?? '')
  const seen: ObservedEvent[] = []
  const watching = (async () => {
    for await (const event of observer.watch({ types: ['agent.started'] })) seen.push(event)
  })()
  const { pubsub } = mallory.host.host.services
  const topic = traceTopic(network)
  await until('she hears of the listener', () => pubsub.getSubscribers(topic).length > 0)
  const say = (from: string, name: string) =>
    pubsub.publish(topic, batch(from, name, mallory.identity))
  await say(alice.id, 'alice the forged')
  await say(mallory.id, 'mallory herself')
  // The second came after the first and was believed, so the first was not.
  const own = () => seen.some(({ from }) => from === mallory.id)
  await until('her own batch was seen', own)
  await observer.stop()
  await watching
  const names = seen.map(({ from, event }) => `${from} ${'name' in event ? event.name : ''}`)
  expect(names).toContain(`${mallory.id} mallory herself`)
  expect(names.filter((name) => name.includes('forged'))).toEqual([])
})

/** The code with which a request is refused. */
async function refusal(
  session: EvilSession,
  { task, input, id }: ReturnType<typeof sealTask>
): Promise<string> {
  session.send({ kind: 'request', id, task: task.bytes, input })
  return (await session.refusal(id)).code
}

/** A batch that says it is by one agent, signed by another or the same. */
function batch(from: string, name: string, signer: Identity): Uint8Array {
  const now = Date.now()
  const boot = new Uint8Array(8).fill(9)
  const events = [{ type: 'agent.started', seq: 0, at: now, name } as const]
  const body: TraceBatch = {
    ...{ v: 1, network, from, issued: now, boot, first: 0, dropped: 0, events }
  }
  return seal('batch', body, signer).bytes
}
