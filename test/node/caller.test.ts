import type { Connection, Stream } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Agent, ObservedEvent } from '../../src/index.ts'
import { decode, toHex } from '../../src/protocol/canonical.ts'
import { BULK_PROTOCOL } from '../../src/protocol/constants.ts'
import { readResult } from '../../src/protocol/message/result.ts'
import type { SessionFrame } from '../../src/protocol/message/session.ts'
import { peek } from '../../src/protocol/seal.ts'
import { EvilPeer, sealTask } from '../helpers/evil-peer.ts'
import type { EvilSession } from '../helpers/evil-peer.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

let stage: Stage
let alice: Agent
let evil: EvilPeer
let connection: Connection
let events: ObservedEvent[]

beforeEach(async () => {
  stage = new Stage()
  alice = await stage.inside({
    skills: [skill('count'), skill('flood'), skill('fill')],
    name: 'alice',
    queue: 2_000
  })
  evil = await EvilPeer.create()
  connection = await evil.join(alice.addresses[0] ?? '')
  const seen: ObservedEvent[] = []
  events = seen
  void (async () => {
    for await (const event of alice.watch()) seen.push(event)
  })()
})
afterEach(async () => {
  await evil[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})

const outputOf = (frame: SessionFrame): unknown => {
  if (frame.kind !== 'result') throw new Error(`not a result but ${frame.kind}`)
  return JSON.parse(Buffer.from(frame.output ?? []).toString())
}
const started = (): number => events.filter(({ event }) => event.type === 'task.started').length

const isAnswer = ({ kind }: SessionFrame): boolean => kind === 'result' || kind === 'rejected'

type Sent = ReturnType<typeof sealTask>
function ask(session: EvilSession, { id, task, input }: Sent): void {
  session.send({ kind: 'request', id, task: task.bytes, input })
}

test('a task sent again on another session runs once, and both get the result', async () => {
  const sent = sealTask(evil.identity, alice.id, { value: { ms: 400 } })
  const [one, two] = [await evil.session(connection), await evil.session(connection)]
  ask(one, sent)
  await one.answer(sent.id, 'progress')
  ask(two, sent)
  const [first, second] = await Promise.all([
    one.answer(sent.id, 'result'),
    two.answer(sent.id, 'result')
  ])
  expect(outputOf(first)).toEqual(outputOf(second))
  expect(outputOf(first)).toMatchObject({ run: 1 })
  await until('sealed', () => events.some(({ event }) => event.type === 'task.completed'))
  expect(started()).toBe(1)
})

test('another task of the same key attaches too and gets a seal of its own', async () => {
  const value = { ms: 400 }
  const [first, second] = [
    sealTask(evil.identity, alice.id, { key: 'k', value }),
    sealTask(evil.identity, alice.id, { key: 'k', value })
  ]
  const session = await evil.session(connection)
  ask(session, first)
  ask(session, second)
  const answers = [
    await session.answer(first.id, 'result'),
    await session.answer(second.id, 'result')
  ]
  expect(answers.map(outputOf)).toEqual([
    ...[expect.objectContaining({ run: 1 }), expect.objectContaining({ run: 1 })]
  ])
  const bodies = answers.map((frame) => {
    return readResult(decode(peek(frame.kind === 'result' ? frame.result : new Uint8Array()).body))
  })
  expect(bodies.map(({ id }) => toHex(id))).toEqual([toHex(first.id), toHex(second.id)])
  expect(bodies.map(({ replay }) => replay ?? false)).toEqual([false, true])
})

test('one who waits cannot end work that another waits for; the last one can', async () => {
  const value = { ms: 5_000 }
  const [first, second] = [
    sealTask(evil.identity, alice.id, { key: 'k', value }),
    sealTask(evil.identity, alice.id, { key: 'k', value })
  ]
  const [one, two] = [await evil.session(connection), await evil.session(connection)]
  ask(one, first)
  await one.answer(first.id, 'progress')
  ask(two, second)
  await two.answer(second.id, 'accepted')
  one.send({ kind: 'cancel', id: first.id })
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect((await alice.tasks()).map(({ state }) => state)).toEqual(['working'])
  await one.end()
  await until('one is gone', () => one.closed)
  two.send({ kind: 'cancel', id: second.id, reason: 'no more' })
  const frame = await two.answer(second.id, 'result')
  const body = readResult(
    decode(peek(frame.kind === 'result' ? frame.result : new Uint8Array()).body)
  )
  expect(body).toMatchObject({ status: 'canceled', error: { code: 'CANCELED' } })
})

test('repeating a request adds nothing: a cancel and a hang-up still count', async () => {
  const sent = sealTask(evil.identity, alice.id, { value: { ms: 10_000 } })
  const session = await evil.session(connection)
  ask(session, sent)
  await session.answer(sent.id, 'progress')
  for (let n = 0; n < 20; n++) ask(session, sent)
  await session.answer(sent.id, 'accepted')
  session.send({ kind: 'cancel', id: sent.id })
  const frame = await session.answer(sent.id, 'result')
  expect(frame.kind).toBe('result')
  const again = sealTask(evil.identity, alice.id, { value: { ms: 10_000 } })
  ask(session, again)
  ask(session, again)
  await session.answer(again.id, 'progress')
  await session.end()
  await until('the work is given up', async () => {
    const row = (await alice.tasks()).find(({ id }) => id === toHex(again.id))
    return row?.state === 'canceled'
  })
})

test('a cancel that comes in one packet with its request is not lost', async () => {
  const sent = sealTask(evil.identity, alice.id, { value: { ms: 10_000 } })
  const session = await evil.session(connection)
  ask(session, sent)
  session.send({ kind: 'cancel', id: sent.id, reason: 'a slip' })
  const frame = await session.answer(sent.id, 'result', 'rejected')
  const body = readResult(
    decode(peek(frame.kind === 'result' ? frame.result : new Uint8Array()).body)
  )
  expect(body.status).toBe('canceled')
})

test('two tasks of one id and different keys cannot be open at once', async () => {
  const id = new Uint8Array(16).fill(77)
  const session = await evil.session(connection)
  const value = { ms: 10_000 }
  ask(session, sealTask(evil.identity, alice.id, { id, key: 'one', value }))
  await session.answer(id, 'progress')
  ask(session, sealTask(evil.identity, alice.id, { id, key: 'two', value }))
  const frame = await session.answer(id, 'rejected')
  expect(frame).toMatchObject({ error: { code: 'REPLAYED' } })
  session.send({ kind: 'cancel', id })
  expect((await session.answer(id, 'result')).kind).toBe('result')
})

test('the work of a requester that hung up ends after a second', async () => {
  const sent = sealTask(evil.identity, alice.id, { value: { ms: 20_000 } })
  const session = await evil.session(connection)
  ask(session, sent)
  await session.answer(sent.id, 'progress')
  const begin = performance.now()
  await connection.close()
  await until('given up', async () => (await alice.tasks())[0]?.state === 'canceled', 5_000)
  expect(performance.now() - begin).toBeGreaterThan(900)
})

test('the work of a requester whose link broke goes on, so that it can come back', async () => {
  const sent = sealTask(evil.identity, alice.id, { value: { ms: 2_500 } })
  const session = await evil.session(connection)
  ask(session, sent)
  await session.answer(sent.id, 'progress')
  // What a requester does that heard nothing of us for too long.
  connection.abort(new Error('the cable'))
  await until('done', async () => (await alice.tasks())[0]?.state === 'completed', 5_000)
})

test('a requester that comes back within the second gets its result', async () => {
  const sent = sealTask(evil.identity, alice.id, { value: { ms: 1_500 } })
  const session = await evil.session(connection)
  ask(session, sent)
  await session.answer(sent.id, 'progress')
  connection.abort(new Error('the cable'))
  const link = await evil.join(alice.addresses[0] ?? '')
  const again = await evil.session(link)
  ask(again, sent)
  expect(outputOf(await again.answer(sent.id, 'result'))).toMatchObject({ run: 1 })
})

test('a session may have 1,024 tasks open, the next is BUSY with a time to come back', async () => {
  const session = await evil.session(connection)
  const all = Array.from({ length: 1_025 }, () => {
    return sealTask(evil.identity, alice.id, { value: { ms: 3_000 } })
  })
  for (const sent of all) ask(session, sent)
  const last = all.at(-1)?.id ?? new Uint8Array()
  const frame = await session.answer(last, 'accepted', 'rejected')
  expect(frame).toMatchObject({ kind: 'rejected', error: { code: 'BUSY' }, retryAfterMs: 1_000 })
})

test('a requester that never reads its chunks holds up its own task and nobody else', async () => {
  const sent = sealTask(evil.identity, alice.id, {
    ...{ skill: 'flood', value: { chunks: 400, size: 60_000 } },
    budget: { wallMs: 2_000, depth: 0 }
  })
  const session = await evil.session(connection)
  ask(session, sent)
  const bob = await stage.inside({ name: 'bob' })
  await bob.connect(alice.addresses[0] ?? '')
  expect((await bob.run('count', {})).value).toMatchObject({ run: 1 })
  const flood = bob.submit('flood', { chunks: 50, size: 1_000 })
  const chunks = (await Array.fromAsync(flood)).filter(({ type }) => type === 'chunk')
  expect(chunks).toHaveLength(50)
  // The deadline ends it, and the runner is free again.
  await until('over', async () => {
    return (await alice.tasks()).every(({ state }) => state === 'completed' || state === 'failed')
  })
})

/** Bulk streams that come to the peer and are never read. */
async function unread(): Promise<Stream[]> {
  const streams: Stream[] = []
  await evil.host.host.unhandle(BULK_PROTOCOL)
  await evil.host.host.handle(
    BULK_PROTOCOL,
    (stream) => {
      stream.pause()
      streams.push(stream)
    },
    { maxInboundStreams: 200 }
  )
  return streams
}
const letters = 8_000_000

test('a large result that is asked for again and again is BUSY after a while', async () => {
  await unread()
  const session = await evil.session(connection)
  const sent = sealTask(evil.identity, alice.id, { skill: 'fill', value: letters })
  ask(session, sent)
  await session.answer(sent.id, 'result')
  for (let n = 0; n < 30; n++) ask(session, sent)
  await until('answered', () => session.frames.filter(isAnswer).length === 30)
  const answers = session.frames.filter(isAnswer)
  const busy = answers.filter((frame) => frame.kind === 'rejected')
  // 64 MiB may be on their way.
  expect(answers.length - busy.length).toBe(7)
  expect(busy[0]).toMatchObject({ error: { code: 'BUSY' }, retryAfterMs: 2_000 })
  const small = sealTask(evil.identity, alice.id, { value: {} })
  ask(session, small)
  expect((await session.answer(small.id, 'result', 'rejected')).kind).toBe('result')
})

test('new large results wait until those before them have left', async () => {
  const streams = await unread()
  const session = await evil.session(connection)
  const all = Array.from({ length: 10 }, () => {
    return sealTask(evil.identity, alice.id, { skill: 'fill', value: letters })
  })
  for (const sent of all) ask(session, sent)
  const results = () => session.frames.filter(({ kind }) => kind === 'result').length
  await until('worked', async () => {
    return (await alice.tasks()).filter(({ state }) => state === 'completed').length === 10
  })
  await until('sent', () => results() === 8)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(results()).toBe(8)
  streams[0]?.abort(new Error('not this one'))
  await until('the next', () => results() === 9)
  // What is no longer wanted gives its place to those behind it.
  const told = new Set(session.frames.filter(isAnswer).map(({ id }) => toHex(id)))
  const last = all.find(({ id }) => !told.has(toHex(id)))
  session.send({ kind: 'cancel', id: last?.id ?? new Uint8Array() })
  const small = sealTask(evil.identity, alice.id, { value: {} })
  ask(session, small)
  await session.answer(small.id, 'result')
  streams[1]?.abort(new Error('nor this one'))
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(results()).toBe(9)
})

test('who waits is not held up by another who left without reading its chunks', async () => {
  await unread()
  const value = { chunks: 40, size: 200_000 }
  const [first, second] = [
    sealTask(evil.identity, alice.id, { skill: 'flood', key: 'k', value }),
    sealTask(evil.identity, alice.id, { skill: 'flood', key: 'k', value })
  ]
  const [one, two] = [await evil.session(connection), await evil.session(connection)]
  ask(one, first)
  await one.answer(first.id, 'accepted')
  ask(two, second)
  await two.answer(second.id, 'accepted')
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect((await alice.tasks()).map(({ state }) => state)).toEqual(['working'])
  await one.end()
  expect(outputOf(await two.answer(second.id, 'result', 'rejected'))).toBe(40)
})
