import type { Stream } from '@libp2p/interface'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Agent, SubmittedTask } from '../../src/index.ts'
import { digest } from '../../src/protocol/canonical.ts'
import { BULK_PROTOCOL } from '../../src/protocol/constants.ts'
import type { Result } from '../../src/protocol/message/result.ts'
import { EvilPeer, offer, sealResult, sealTask } from '../helpers/evil-peer.ts'
import type { Asked, EvilSession } from '../helpers/evil-peer.ts'
import { Company } from '../helpers/company.ts'
import { until } from '../helpers/processes.ts'

const OUTPUT = Buffer.from('"HELLO"')
let stage: Company
let bob: Agent
let evil: EvilPeer
let third: EvilPeer

beforeAll(async () => {
  stage = new Company()
  bob = await stage.inside({ name: 'bob' })
  evil = await EvilPeer.create({ skills: [offer('shout', '{"type":"string"}')], name: 'evil' })
  third = await EvilPeer.create({ name: 'third', skills: [offer('whisper')] })
  await bob.connect(evil.address)
  await bob.connect(third.address)
})
beforeEach(() => {
  evil.serve = () => undefined
})
afterAll(async () => {
  await evil[Symbol.asyncDispose]()
  await third[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})

const shout = (deadline = 20_000): SubmittedTask => {
  return bob.submit('shout', { text: 'hello' }, { deadline, to: evil.id, onBusy: 'fail' })
}
const codeOf = (task: SubmittedTask): Promise<unknown> =>
  task.result.then(
    () => 'completed',
    (error: { code?: string }) => error.code
  )

function reply(session: EvilSession, { frame }: Asked, result: Uint8Array, output = OUTPUT): void {
  session.send({ kind: 'result', id: frame.id, result, output })
}

/** The executor answers with a result that is honest but for the changes. */
async function codeFor(change: Partial<Result>, output = OUTPUT): Promise<unknown> {
  evil.serve = (asked, session) => {
    session.send({ kind: 'accepted', id: asked.frame.id, ahead: 0 })
    reply(session, asked, sealResult(evil.identity, asked.task, OUTPUT, change), output)
  }
  return codeOf(shout())
}

test('an honest answer by hand is a result', async () => {
  expect(await codeFor({})).toBe('completed')
})

test.for([
  ['by another signer than the peer it came from', () => ({ from: third.id }), 'SIGNATURE_INVALID'],
  ['for another requester', () => ({ to: third.id }), 'WRONG_AUDIENCE'],
  ['of another network', () => ({ network: 'other' }), 'WRONG_NETWORK'],
  ['to another task', () => ({ task: new Uint8Array(32).fill(1) }), 'RESULT_MISMATCH'],
  ['under another id', () => ({ id: new Uint8Array(16).fill(1) }), 'RESULT_MISMATCH'],
  ['from the future', () => ({ issued: Date.now() + 600_000 }), 'CLOCK_SKEW'],
  ['without the output it claims', () => ({ output: undefined }), 'MALFORMED'],
  [
    'whose output has another digest',
    () => ({ output: { digest: new Uint8Array(32), bytes: OUTPUT.length } }),
    'RESULT_MISMATCH'
  ],
  [
    'that signs more output than a task may have',
    () => ({ output: { digest: digest(OUTPUT), bytes: 17 * 1024 * 1024 } }),
    'TOO_LARGE'
  ]
] as const)('a result %s is told as such', async ([, change, code]) => {
  expect(await codeFor(change() as Partial<Result>)).toBe(code)
})

test('an output that breaks the schema the peer itself offered is refused', async () => {
  const output = Buffer.from('{"not":"a string"}')
  const change = { output: { digest: digest(output), bytes: output.length } }
  expect(await codeFor(change, output)).toBe('OUTPUT_INVALID')
})

test('an output that is signed but no JSON is refused', async () => {
  const output = Buffer.from('"unfinished')
  const change = { output: { digest: digest(output), bytes: output.length } }
  expect(await codeFor(change, output)).toBe('MALFORMED')
})

test('a signed result with changed bits is refused', async () => {
  evil.serve = (asked, session) => {
    const result = sealResult(evil.identity, asked.task, OUTPUT)
    result[10] = (result[10] ?? 0) ^ 1
    reply(session, asked, result)
  }
  expect(await codeOf(shout())).toBe('SIGNATURE_INVALID')
})

test('the result of an earlier task is no answer to a later one', async () => {
  let before: Uint8Array | undefined
  evil.serve = (asked, session) => {
    before ??= sealResult(evil.identity, asked.task, OUTPUT)
    reply(session, asked, before)
  }
  expect(await codeOf(shout())).toBe('completed')
  expect(await codeOf(shout())).toBe('RESULT_MISMATCH')
})

test('a result that comes twice counts once', async () => {
  evil.serve = (asked, session) => {
    reply(session, asked, sealResult(evil.identity, asked.task, OUTPUT))
    const other = Buffer.from('"OTHER"')
    reply(session, asked, sealResult(evil.identity, asked.task, other), other)
  }
  const task = shout()
  const events = await Array.fromAsync(task)
  expect(events.filter(({ type }) => type === 'completed')).toHaveLength(1)
  expect((await task.result).value).toBe('HELLO')
})

test('a result from a peer that was not asked is not heard', async () => {
  // A session with the third peer exists, because it was asked for something before.
  third.serve = (asked, session) => {
    const error = { code: 'BUSY', message: 'later' } as const
    session.send({ kind: 'rejected', id: asked.frame.id, error })
  }
  await expect(bob.run('whisper', '', { to: third.id, onBusy: 'fail' })).rejects.toMatchObject({
    code: 'BUSY'
  })
  let asked: Asked | undefined
  evil.serve = (request, session) => {
    asked = request
    session.send({ kind: 'accepted', id: request.frame.id, ahead: 0 })
  }
  const task = shout(1_000)
  await until('asked', () => asked !== undefined)
  const session = third.sessions[0]
  expect(session?.closed).toBe(false)
  if (asked !== undefined && session !== undefined) {
    const forged = sealResult(third.identity, asked.task, OUTPUT, { to: bob.id })
    session.send({ kind: 'result', id: asked.frame.id, result: forged, output: OUTPUT })
  }
  expect(await codeOf(task)).toBe('DEADLINE_EXCEEDED')
})

test('a refusal is told with its code, and its text cannot play with a terminal', async () => {
  evil.serve = ({ frame }, session) => {
    const message = 'no\u001b[2J\u202Enow\r\nroot# rm -rf /'
    const error = { code: 'BUSY', message, facts: { why: '\u0007bell' } } as const
    session.send({ kind: 'rejected', id: frame.id, error, retryAfterMs: 70 })
  }
  const error = await shout().result.then(
    () => undefined,
    (thrown: Error & { code: string; facts: object }) => thrown
  )
  expect(error).toMatchObject({ code: 'BUSY', facts: { retryAfterMs: 70 } })
  // oxlint-disable-next-line no-control-regex
  expect(`${error?.message}${JSON.stringify(error?.facts)}`).not.toMatch(/[\u0000-\u001f\u202e]/)
})

test('a failure is told with the code the executor signed', async () => {
  const error = { code: 'SKILL_FAILED', message: 'it threw' } as const
  expect(await codeFor({ status: 'failed', output: undefined, error })).toBe('SKILL_FAILED')
})

test('an executor that says nothing costs the deadline and a little more', async () => {
  const begin = performance.now()
  expect(await codeOf(shout(300))).toBe('DEADLINE_EXCEEDED')
  expect(performance.now() - begin).toBeLessThan(5_000)
})

test('an executor that closes the session is a lost peer, at once', async () => {
  evil.serve = (_asked, session) => session.end()
  expect(await codeOf(shout())).toBe('PEER_LOST')
})

test.for([
  ['garbage', (session: EvilSession) => session.sendRaw(Buffer.from('hello'))],
  ['a frame over the cap', (session: EvilSession) => session.sendRaw(new Uint8Array(65 * 1024))],
  [
    'a request on our own session',
    (session: EvilSession) => {
      const { task, id } = sealTask(evil.identity, bob.id)
      session.send({ kind: 'request', id, task: task.bytes })
    }
  ]
] as const)('%s as an answer is a lost peer, and the next task works', async ([, misbehave]) => {
  evil.serve = (_asked, session) => misbehave(session)
  expect(await codeOf(shout())).toBe('PEER_LOST')
  expect(await codeFor({})).toBe('completed')
})

test('a flood of progress is bounded, and the result still comes', async () => {
  evil.serve = (asked, session) => {
    const { id } = asked.frame
    for (let n = 0; n < 200; n++) session.send({ kind: 'accepted', id, ahead: n })
    for (let n = 0; n < 20_000; n++) session.send({ kind: 'progress', id, message: `at ${n}` })
    reply(session, asked, sealResult(evil.identity, asked.task, OUTPUT))
  }
  const task = shout()
  expect((await task.result).value).toBe('HELLO')
  const events = await Array.fromAsync(task)
  expect(events.filter(({ type }) => type === 'accepted')).toHaveLength(1)
  expect(events.length).toBeLessThan(1_100)
  expect(events.at(-1)?.type).toBe('completed')
})

test('frames for tasks that are over, or never were, are dropped', async () => {
  evil.serve = (asked, session) => {
    const stray = new Uint8Array(16).fill(3)
    session.send({ kind: 'progress', id: stray, message: 'who?' })
    session.send({ kind: 'accepted', id: stray, ahead: 1 })
    reply(session, asked, sealResult(evil.identity, asked.task, OUTPUT))
    session.send({ kind: 'progress', id: asked.frame.id, message: 'late' })
  }
  expect(await codeOf(shout())).toBe('completed')
  expect(await codeOf(shout())).toBe('completed')
})

test('a cancel is sent, and an executor that ignores it is not waited for', async () => {
  const seen: unknown[] = []
  evil.serve = ({ frame }, session) => {
    void session.answer(frame.id, 'cancel').then((cancel) => seen.push(cancel))
    session.send({ kind: 'accepted', id: frame.id, ahead: 0 })
  }
  const task = shout()
  for await (const event of task) if (event.type === 'accepted') break
  const begin = performance.now()
  await task.cancel('changed my mind')
  expect(performance.now() - begin).toBeLessThan(4_000)
  expect(await codeOf(task)).toBe('CANCELED')
  await until('told', () => seen.length === 1)
  expect(seen).toMatchObject([{ kind: 'cancel', reason: 'changed my mind' }])
})

test('a large input refused half-way fails with the refusal, not its broken stream', async () => {
  evil.serve = ({ frame }, session) => {
    const error = { code: 'NOT_ADMITTED', message: 'go away' } as const
    session.send({ kind: 'rejected', id: frame.id, error })
  }
  const task = bob.submit('shout', { text: 'x'.repeat(8_000_000) }, { to: evil.id })
  expect(await codeOf(task)).toBe('NOT_ADMITTED')
})

test('an input that is still on its way when the task is over is dropped', async () => {
  const streams: Stream[] = []
  const { host } = evil.host
  await host.unhandle(BULK_PROTOCOL)
  await host.handle(BULK_PROTOCOL, (stream) => {
    stream.pause()
    streams.push(stream)
  })
  evil.serve = (asked, session) => {
    reply(session, asked, sealResult(evil.identity, asked.task, OUTPUT))
  }
  const task = bob.submit('shout', { text: 'x'.repeat(8_000_000) }, { to: evil.id })
  expect(await codeOf(task)).toBe('completed')
  await until('dropped', () => streams.every(({ status }) => status !== 'open'))
})
