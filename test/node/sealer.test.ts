import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { Sealer } from '../../src/node/sealer.ts'
import { TOGETHER_BYTES_MAX } from '../../src/protocol/constants.ts'
import { expectTask } from '../../src/protocol/message/task.ts'
import { open, peek, seal } from '../../src/protocol/seal.ts'
import type { Sealed } from '../../src/protocol/seal.ts'
import { alice, bob, NETWORK, NOW, resultBody, taskBody } from '../protocol/samples.ts'

const { elapsed } = systemClock

/** Bob, with a count of what he signed. */
function make(openTasks = 2) {
  const told = { signatures: 0, ms: 0 }
  const sign = (bytes: Uint8Array): Uint8Array => {
    told.signatures++
    return bob.sign(bytes)
  }
  const identity = { ...bob, sign }
  return { told, sealer: new Sealer({ identity, open: () => openTasks, elapsed: () => told.ms }) }
}

const body = (n: number) => taskBody({ nonce: new Uint8Array(16).fill(n) })
const sizeOf = ({ bytes }: Sealed<unknown>): number => peek(bytes).standing?.size ?? 1

/** Whether it is sealed by now. */
async function isDone(sealing: Promise<unknown>): Promise<boolean> {
  return Promise.race([sealing.then(() => true), Promise.resolve().then(() => false)])
}

test('the only one that is open is sealed at once', async () => {
  const { sealer } = make(1)
  expect(await isDone(sealer.seal('task', taskBody()))).toBe(true)
})

test('one without company is sealed at the end of its turn, as if it were alone', async () => {
  const { sealer } = make()
  const sealing = sealer.seal('task', taskBody())
  expect(await isDone(sealing)).toBe(false)
  await turn()
  expect(await isDone(sealing)).toBe(true)
  expect((await sealing).bytes).toEqual(seal('task', taskBody(), bob).bytes)
})

test('what comes in one turn shares a signature, and each caller gets its own', async () => {
  const { sealer, told } = make()
  const answer = sealer.seal('result', resultBody({ from: bob.id, to: alice.id }))
  const tasks = await Promise.all([1, 2, 3].map((n) => sealer.seal('task', body(n))))
  expect(told.signatures).toBe(1)
  expect((await answer).body.status).toBe('completed')
  const context = { network: NETWORK, self: alice.id, sender: bob.id, now: NOW }
  for (const [at, sealed] of tasks.entries()) {
    const opened = open(sealed.bytes, expectTask(context))
    expect(opened.ok && opened.sealed.body).toEqual(body(at + 1))
    expect(sizeOf(sealed)).toBe(4)
  }
})

test('more than fit under one signature get several', async () => {
  const { sealer, told } = make()
  const sealed = await Promise.all(
    Array.from({ length: 130 }, (_, n) => sealer.seal('task', body(n)))
  )
  expect(told.signatures).toBe(3)
  expect([sealed[0], sealed[64], sealed[129]].map((one) => one && sizeOf(one))).toEqual([64, 64, 2])
})

test('while much is open and more keeps coming, some turns are waited', async () => {
  const { sealer, told } = make(128)
  const sealing = [sealer.seal('task', body(0))]
  for (let n = 1; n < 16; n++) {
    await turn()
    sealing.push(sealer.seal('task', body(n)))
  }
  const sealed = await Promise.all(sealing)
  expect(told.signatures).toBe(1)
  expect(sealed.map(sizeOf)).toEqual(Array(16).fill(16))
})

test('nobody is waited for when nothing comes any more', async () => {
  const { sealer } = make(1_000)
  const sealing = sealer.seal('task', body(0))
  for (let turns = 0; turns < 4; turns++) await turn()
  expect(await isDone(sealing)).toBe(true)
})

test('however much keeps coming, the wait has an end', async () => {
  const { sealer, told } = make(1_000)
  const sealing = sealer.seal('task', body(0))
  await turn()
  void sealer.seal('task', body(1))
  await turn()
  expect(await isDone(sealing)).toBe(false)
  told.ms = 2
  void sealer.seal('task', body(2))
  await turn()
  expect(await isDone(sealing)).toBe(true)
  expect(sizeOf(await sealing)).toBe(3)
})

test('an agent that stops seals what waits, and everything after it, at once', async () => {
  const { sealer } = make(1_000)
  const before = [sealer.seal('task', body(0)), sealer.seal('task', body(1))]
  sealer.hurry()
  const after = sealer.seal('task', body(2))
  for (const sealing of [...before, after]) expect(await isDone(sealing)).toBe(true)
  expect(sizeOf(await after)).toBe(1)
})

test('what the signing throws reaches all who wait, and what comes next is signed', async () => {
  let broken = true
  const sign = (bytes: Uint8Array): Uint8Array => {
    if (broken) throw new Error('the key is gone')
    return bob.sign(bytes)
  }
  const sealer = new Sealer({ identity: { ...bob, sign }, open: () => 2, elapsed })
  const ends = await Promise.allSettled([1, 2].map((n) => sealer.seal('task', body(n))))
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  broken = false
  expect(sizeOf(await sealer.seal('task', body(3)))).toBe(1)
})

test('what cannot be written is the fault of its caller alone', async () => {
  const { sealer } = make()
  const good = sealer.seal('task', body(1))
  const cost = Number.NaN
  expect(() => sealer.seal('task', taskBody({ budget: { wallMs: 1, depth: 1, cost } }))).toThrow(
    expect.objectContaining({ code: 'INTERNAL' })
  )
  expect(sizeOf(await good)).toBe(1)
})

test('a large body has a signature of its own', async () => {
  const { sealer, told } = make()
  const error = { code: 'INTERNAL', message: 'x'.repeat(TOGETHER_BYTES_MAX) } as const
  const large = sealer.seal('result', resultBody({ from: bob.id, status: 'failed', error }))
  const others = [sealer.seal('task', body(1)), sealer.seal('task', body(2))]
  expect(sizeOf(await large)).toBe(1)
  expect((await Promise.all(others)).map(sizeOf)).toEqual([2, 2])
  expect(told.signatures).toBe(2)
})
