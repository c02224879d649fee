import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Agent, SubmittedTask, TaskEvent } from '../../src/index.ts'
import { digest, digester } from '../../src/protocol/canonical.ts'
import type { Result } from '../../src/protocol/message/result.ts'
import { Company } from '../helpers/company.ts'
import { EvilPeer, offer, sealResult } from '../helpers/evil-peer.ts'
import type { Asked, EvilSession } from '../helpers/evil-peer.ts'

const OUTPUT = Buffer.from('"HELLO"')
let stage: Company
let bob: Agent
let evil: EvilPeer

beforeAll(async () => {
  stage = new Company()
  bob = await stage.inside({ name: 'bob' })
  evil = await EvilPeer.create({ skills: [offer('shout', '{"type":"string"}')], name: 'evil' })
  await bob.connect(evil.address)
})
afterAll(async () => {
  await evil[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})

const shout = (): SubmittedTask => bob.submit('shout', { text: 'hello' }, { deadline: 20_000 })
const codeOf = (task: SubmittedTask): Promise<unknown> =>
  task.result.then(
    () => 'completed',
    (error: { code?: string }) => error.code
  )
const reply = (session: EvilSession, { frame }: Asked, result: Uint8Array): void => {
  session.send({ kind: 'result', id: frame.id, result, output: OUTPUT })
}

const chunksOf = (...chunks: Uint8Array[]) => {
  const all = digester()
  let bytes = 0
  for (const chunk of chunks) {
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, chunk.length)
    all.update(length)
    all.update(chunk)
    bytes += chunk.length
  }
  return { count: chunks.length, bytes, digest: all.digest() }
}

/** The executor streams chunks and signs what the test says it streamed. */
async function streamed(chunks: Uint8Array[], change: Partial<Result>) {
  evil.serve = async (asked, session) => {
    const { id } = asked.frame
    session.send({ kind: 'accepted', id, ahead: 0 })
    const stream = await evil.bulk(asked.connection, id, 'chunks', ...chunks)
    await stream.close()
    reply(session, asked, sealResult(evil.identity, asked.task, OUTPUT, change))
  }
  const task = shout()
  const events: TaskEvent[] = await Array.fromAsync(task)
  return { code: await codeOf(task), events }
}

const ONE = Buffer.from('"one"')
const TWO = Buffer.from('"two"')

test('chunks arrive in order and fit what was signed', async () => {
  const { code, events } = await streamed([ONE, TWO], { chunks: chunksOf(ONE, TWO) })
  expect(code).toBe('completed')
  expect(events.flatMap((event) => (event.type === 'chunk' ? [event.value] : []))).toEqual([
    ...['one', 'two']
  ])
})

test.for([
  ['others than those signed', [ONE, ONE], chunksOf(ONE, TWO)],
  ['fewer than signed', [ONE], chunksOf(ONE, TWO)],
  ['more than signed', [ONE, TWO, TWO], chunksOf(ONE, TWO)],
  ['in another order than signed', [TWO, ONE], chunksOf(ONE, TWO)],
  ['cut elsewhere than signed', [Buffer.from('12'), Buffer.from('3')], chunksOf(Buffer.from('123'))]
] as const)('chunks that are %s are RESULT_MISMATCH', async ([, sent, signed]) => {
  const { code } = await streamed([...sent], { chunks: signed })
  expect(code).toBe('RESULT_MISMATCH')
})

test.for([
  ['not signed at all', {}],
  ['under the cloak of a replay', { replay: true, chunks: chunksOf(TWO) }]
] as const)('a chunk that its owner was shown, %s, is RESULT_MISMATCH', async ([, change]) => {
  const shown = Promise.withResolvers<void>()
  evil.serve = async (asked, session) => {
    await evil.bulk(asked.connection, asked.frame.id, 'chunks', ONE)
    await shown.promise
    reply(session, asked, sealResult(evil.identity, asked.task, OUTPUT, change))
  }
  const task = shout()
  for await (const event of task) if (event.type === 'chunk') shown.resolve()
  expect(await codeOf(task)).toBe('RESULT_MISMATCH')
})

test('a chunk that is no JSON fails the task with that reason', async () => {
  const broken = Buffer.from('{"a":')
  const { code } = await streamed([broken], { chunks: chunksOf(broken) })
  expect(code).toBe('MALFORMED')
})

test('chunks that begin after a result without any are neither shown nor waited for', async () => {
  const output = Buffer.from(JSON.stringify('x'.repeat(40_000)))
  evil.serve = async (asked, session) => {
    const { id } = asked.frame
    const result = sealResult(evil.identity, asked.task, output)
    session.send({ kind: 'result', id, result })
    await sleep(100)
    await evil.bulk(asked.connection, id, 'chunks', ONE)
    await sleep(100)
    const stream = await evil.bulk(asked.connection, id, 'output', output)
    await stream.close()
  }
  const task = shout()
  const types = (await Array.fromAsync(task)).map(({ type }) => type)
  expect(types.at(-1)).toBe('completed')
  expect(types).not.toContain('chunk')
})

test.for([
  ['more bytes than any task may stream', { count: 0, bytes: Number.MAX_SAFE_INTEGER }],
  ['bytes without chunks', { count: 0, bytes: 7 }]
] as const)('a result that signs %s is RESULT_MISMATCH', async ([, claim]) => {
  const chunks = { ...claim, digest: digest(new Uint8Array()) }
  for (const replay of [false, true]) {
    evil.serve = (asked, session) => {
      reply(session, asked, sealResult(evil.identity, asked.task, OUTPUT, { chunks, replay }))
    }
    expect(await codeOf(shout())).toBe('RESULT_MISMATCH')
  }
})

test('streamed bytes that are not as many as signed are RESULT_MISMATCH', async () => {
  const chunks = { ...chunksOf(ONE), bytes: ONE.length + 1 }
  expect((await streamed([ONE], { chunks })).code).toBe('RESULT_MISMATCH')
})
