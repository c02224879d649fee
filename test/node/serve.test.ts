import type { Connection } from '@libp2p/interface'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Agent } from '../../src/index.ts'
import { toHex } from '../../src/protocol/canonical.ts'
import type { Result } from '../../src/protocol/message/result.ts'
import { readResult } from '../../src/protocol/message/result.ts'
import type { SessionFrame } from '../../src/protocol/message/session.ts'
import { peek, seal } from '../../src/protocol/seal.ts'
import { decode } from '../../src/protocol/canonical.ts'
import { EvilPeer, sealTask } from '../helpers/evil-peer.ts'
import type { EvilSession } from '../helpers/evil-peer.ts'
import { Company } from '../helpers/company.ts'
import { skill, until } from '../helpers/processes.ts'

let stage: Company
let alice: Agent
let bob: Agent
let evil: EvilPeer
let connection: Connection
let session: EvilSession

beforeAll(async () => {
  stage = new Company()
  alice = await stage.inside({ skills: [skill('count'), skill('echo')], name: 'alice' })
  bob = await stage.inside({ name: 'bob' })
  await bob.connect(alice.addresses[0] ?? '')
  evil = await EvilPeer.create()
  connection = await evil.join(alice.addresses[0] ?? '')
})
beforeEach(async () => {
  session = await evil.session(connection)
})
afterEach(async () => {
  await session.end()
  await until('the session is over on both sides', () => session.closed)
})
afterAll(async () => {
  await evil[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})

const resultOf = (frame: SessionFrame): Result => {
  if (frame.kind !== 'result') throw new Error(`not a result but ${frame.kind}`)
  return readResult(decode(peek(frame.result).body))
}
const outputOf = (frame: SessionFrame): unknown => {
  if (frame.kind !== 'result') throw new Error(`not a result but ${frame.kind}`)
  return JSON.parse(Buffer.from(frame.output ?? []).toString())
}
const ranHere = async (id: Uint8Array): Promise<boolean> => {
  return (await alice.tasks()).some((task) => task.id === toHex(id))
}

/** An honest request but for the changes; answers with what it was refused with. */
async function refusalOf(change: Parameters<typeof sealTask>[2], frame: object = {}) {
  const { task, input, id } = sealTask(evil.identity, alice.id, change)
  session.send({ kind: 'request', id, task: task.bytes, input, ...frame })
  const error = await session.refusal(id)
  expect(await ranHere(id)).toBe(false)
  return error
}

test('an honest request by hand is accepted, worked on and answered', async () => {
  const { task, input, id } = sealTask(evil.identity, alice.id, { value: { n: 7 } })
  session.send({ kind: 'request', id, task: task.bytes, input })
  expect(await session.answer(id, 'accepted')).toMatchObject({ ahead: 0 })
  const frame = await session.answer(id, 'result')
  expect(outputOf(frame)).toMatchObject({ n: 7 })
  expect(resultOf(frame)).toMatchObject({
    ...{ from: alice.id, to: evil.id, task: task.digest, status: 'completed' }
  })
})

test.for([
  ['for another audience', () => ({ to: bob.id }), 'WRONG_AUDIENCE'],
  ['of another network', () => ({ network: 'other' }), 'WRONG_NETWORK'],
  ['signed by somebody who is not the sender', () => ({ from: bob.id }), 'SIGNATURE_INVALID'],
  ['that has expired', () => ({ issued: Date.now() - 9_000, expires: Date.now() - 1 }), 'EXPIRED'],
  ['from the future', () => ({ issued: Date.now() + 90_000 }), 'CLOCK_SKEW'],
  ['that was signed long ago', () => ({ issued: Date.now() - 180_000 }), 'CLOCK_SKEW'],
  ['with a life of a week', () => ({ expires: Date.now() + 7 * 86_400_000 }), 'MALFORMED'],
  ['for a skill that is not offered', () => ({ skill: 'unheard-of' }), 'SKILL_UNKNOWN'],
  ['whose input does not fit', () => ({ value: { n: 'x' } }), 'INPUT_INVALID']
] as const)('a task %s is refused as such', async ([, change, code]) => {
  expect((await refusalOf(change())).code).toBe(code)
})

test('a task whose bits were changed on the way is not taken', async () => {
  const { task, input, id } = sealTask(evil.identity, alice.id)
  const codes = new Set<string>()
  // The signature, and a spot in every part of the body.
  for (let at = 2; at < task.bytes.length; at += 29) {
    const bytes = Uint8Array.from(task.bytes)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    session.send({ kind: 'request', id, task: bytes, input })
    codes.add((await session.refusal(id)).code)
  }
  expect(codes).toContain('SIGNATURE_INVALID')
  expect(await ranHere(id)).toBe(false)
  session.send({ kind: 'request', id, task: task.bytes, input })
  expect((await session.answer(id, 'accepted', 'rejected')).kind).toBe('accepted')
})

test('a seal of another kind is no task', async () => {
  const { task, input, id } = sealTask(evil.identity, alice.id)
  const { bytes } = seal('result', task.body, evil.identity)
  session.send({ kind: 'request', id, task: bytes, input })
  expect((await session.refusal(id)).code).toBe('WRONG_KIND')
})

test('a frame that carries the task of another id is refused under its own', async () => {
  const { task, input } = sealTask(evil.identity, alice.id)
  const id = new Uint8Array(16).fill(0xee)
  session.send({ kind: 'request', id, task: task.bytes, input })
  expect(await session.refusal(id)).toMatchObject({ code: 'MALFORMED' })
})

test('an input that is not the signed one is refused', async () => {
  const error = await refusalOf({}, { input: Buffer.from('{"n":1}') })
  expect(error).toMatchObject({ code: 'MALFORMED', message: expect.stringMatching(/signed/) })
})

test('an input that is announced too large is refused before a byte of it comes', async () => {
  const input = { digest: new Uint8Array(32), bytes: 17 * 1024 * 1024 }
  expect((await refusalOf({ input }, { input: undefined })).code).toBe('INPUT_TOO_LARGE')
})

test('an input that never comes is waited for, but not for ever', { timeout: 20_000 }, async () => {
  const { task, id } = sealTask(evil.identity, alice.id)
  session.send({ kind: 'request', id, task: task.bytes })
  const frame = await session.answer(id, 'rejected')
  expect(frame).toMatchObject({ error: { code: 'DEADLINE_EXCEEDED' } })
})

test.for([
  ['more bytes than announced', 'x'.repeat(50_001)],
  ['fewer bytes than announced', 'x'.repeat(49_999)],
  ['other bytes than signed', 'y'.repeat(50_000)]
])('a large input of %s is refused', async ([, sent]) => {
  const value = 'x'.repeat(49_998)
  const { task, id } = sealTask(evil.identity, alice.id, { skill: 'echo', value })
  session.send({ kind: 'request', id, task: task.bytes })
  const stream = await evil.bulk(connection, id, 'input', Buffer.from(sent ?? ''))
  await stream.close()
  expect((await session.refusal(id)).code).toMatch(/MALFORMED|PEER_LOST/)
  expect(await ranHere(id)).toBe(false)
})

test('strangers are refused before anything of their task is looked at', async () => {
  const carol = await stage.inside({ skills: [skill('echo')], open: false })
  const stranger = await EvilPeer.create()
  try {
    const link = await stranger.join(carol.addresses[0] ?? '')
    const door = await stranger.session(link)
    const id = new Uint8Array(16).fill(5)
    door.send({ kind: 'request', id, task: Buffer.from('garbage'), input: Buffer.from('""') })
    expect(await door.refusal(id)).toMatchObject({
      code: 'NOT_ADMITTED',
      message: expect.stringContaining(`--allow ${stranger.id}`)
    })
    carol.allow(stranger.id)
    door.send({ kind: 'request', id, task: Buffer.from('garbage'), input: Buffer.from('""') })
    expect((await door.refusal(id)).code).toBe('MALFORMED')
  } finally {
    await stranger[Symbol.asyncDispose]()
  }
})

test('who asks too often is refused before anything of the task is looked at', async () => {
  const quotas = { perSecond: 0.01, burst: 2 }
  const carol = await stage.inside({ skills: [skill('count')], quotas })
  await using hasty = await EvilPeer.create()
  const door = await hasty.session(await hasty.join(carol.addresses[0] ?? ''))
  const id = new Uint8Array(16).fill(6)
  const codes: string[] = []
  for (let n = 0; n < 3; n++) {
    door.send({ kind: 'request', id, task: Buffer.from('garbage'), input: Buffer.from('""') })
    codes.push((await door.refusal(id)).code)
  }
  expect(codes).toEqual(['MALFORMED', 'MALFORMED', 'QUOTA_EXCEEDED'])
  expect((await carol.status()).work?.refused).toEqual([
    { code: 'MALFORMED', reason: '', count: 2 },
    { code: 'QUOTA_EXCEEDED', reason: 'rate', count: 1 }
  ])
})

test.for([
  ['garbage', Buffer.from('this is no frame')],
  ['an unknown kind', Uint8Array.of(99, ...new Uint8Array(16), 0xa0)],
  ['a result', Uint8Array.of(6, ...new Uint8Array(16), 0xa0)],
  ['a request of broken CBOR', Uint8Array.of(1, ...new Uint8Array(16), 0xff, 0xff)],
  ['a request of other fields', Uint8Array.of(1, ...new Uint8Array(16), 0xa1, 0x61, 0x78, 0x01)],
  ['nothing', new Uint8Array()]
])('%s as a frame ends that session and nothing else', async ([, bytes]) => {
  session.sendRaw(bytes as Uint8Array)
  await until('closed', () => session.closed)
  expect((await bob.run('echo', 'still here')).value).toBe('still here')
  const again = await evil.session(connection)
  const { task, input, id } = sealTask(evil.identity, alice.id)
  again.send({ kind: 'request', id, task: task.bytes, input })
  expect((await again.answer(id, 'accepted', 'rejected')).kind).toBe('accepted')
  await again.end()
})

test('a frame over the cap ends that session and nothing else', async () => {
  session.sendRaw(new Uint8Array(65 * 1024))
  await until('closed', () => session.closed)
  expect((await bob.run('echo', 'still here')).value).toBe('still here')
})

test('a cancel for a task that nobody knows harms nothing', async () => {
  session.send({ kind: 'cancel', id: new Uint8Array(16).fill(9), reason: 'just so' })
  const { task, input, id } = sealTask(evil.identity, alice.id)
  session.send({ kind: 'request', id, task: task.bytes, input })
  expect((await session.answer(id, 'result')).kind).toBe('result')
})

test('nobody cancels the task of another peer', async () => {
  const slow = bob.submit('count', { n: 1, ms: 500 })
  for await (const event of slow) if (event.type === 'progress') break
  session.send({ kind: 'cancel', id: Buffer.from(slow.id, 'hex') })
  expect((await slow.result).value).toMatchObject({ n: 1 })
})

test('a key used for other work is REPLAYED, for the same work answered again', async () => {
  const key = 'order-66'
  const first = sealTask(evil.identity, alice.id, { key, value: { n: 1 } })
  session.send({ kind: 'request', id: first.id, task: first.task.bytes, input: first.input })
  const one = await session.answer(first.id, 'result')

  const same = sealTask(evil.identity, alice.id, { key, value: { n: 1 } })
  session.send({ kind: 'request', id: same.id, task: same.task.bytes, input: same.input })
  const two = await session.answer(same.id, 'result')
  expect(outputOf(two)).toEqual(outputOf(one))
  expect(resultOf(two)).toMatchObject({ replay: true, task: same.task.digest, id: same.id })

  expect((await refusalOf({ key, value: { n: 2 } })).code).toBe('REPLAYED')
  const other = await refusalOf({ key, value: { n: 1 }, skill: 'echo' })
  expect(other.code).toBe('REPLAYED')
})

test('keys of one peer mean nothing for another', async () => {
  const key = 'shared-key'
  const mine = sealTask(evil.identity, alice.id, { key, value: { n: 1 } })
  session.send({ kind: 'request', id: mine.id, task: mine.task.bytes, input: mine.input })
  const first = outputOf(await session.answer(mine.id, 'result'))
  const other = await bob.run('count', { n: 1 }, { idempotencyKey: key })
  expect(other.replay).toBe(false)
  expect(other.value).not.toEqual(first)
})

test('of two inputs under one key at once one is worked on, the other is REPLAYED', async () => {
  const sent = [1, 2].map((n) => {
    return sealTask(evil.identity, alice.id, { key: 'at-once', value: { n, ms: 200 } })
  })
  for (const { task, input, id } of sent) {
    session.send({ kind: 'request', id, task: task.bytes, input })
  }
  const [first, second] = sent
  const refused = await session.answer(second?.id ?? new Uint8Array(), 'rejected', 'result')
  expect(refused).toMatchObject({ kind: 'rejected', error: { code: 'REPLAYED' } })
  const frame = await session.answer(first?.id ?? new Uint8Array(), 'result')
  expect(outputOf(frame)).toMatchObject({ n: 1 })
})

/** Agents that know the peer, but do not take work from it. */
async function unadmitted() {
  const carol = await stage.inside({ skills: [skill('echo')], open: false })
  const stranger = await EvilPeer.create()
  const link = await stranger.join(carol.addresses[0] ?? '')
  return { stranger, link, door: await stranger.session(link) }
}
const empty = { kind: 'request', task: new Uint8Array() } as const

test('a stranger that goes on asking is answered no more, and its session ends', async () => {
  const { stranger, door } = await unadmitted()
  try {
    for (let n = 0; n < 2_000; n++) door.send({ ...empty, id: new Uint8Array(16) })
    await until('ended', () => door.closed)
    expect(door.frames.length).toBeLessThanOrEqual(256)
  } finally {
    await stranger[Symbol.asyncDispose]()
  }
})

test('a peer has room for one session and one that ends, and for no third', async () => {
  const { stranger, link } = await unadmitted()
  try {
    const more = [await stranger.session(link), await stranger.session(link)]
    for (const one of more) one.send({ ...empty, id: new Uint8Array(16) })
    await until('ended', () => more.some(({ closed }) => closed))
  } finally {
    await stranger[Symbol.asyncDispose]()
  }
})
