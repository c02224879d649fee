import { beforeAll, expect, test } from 'vitest'
import { BulkDesk } from '../../src/node/bulk-desk.ts'
import { Chunks } from '../../src/node/chunks.ts'
import { systemClock } from '../../src/node/clock.ts'
import { ephemeralSecret } from '../../src/node/key-file.ts'
import { sealRequest, toRequest } from '../../src/node/request.ts'
import { Sealer } from '../../src/node/sealer.ts'
import { verify } from '../../src/node/verify.ts'
import type { Expected, ResultFrame } from '../../src/node/verify.ts'
import type { Identity } from '../../src/protocol/identity.ts'
import type { Result } from '../../src/protocol/message/result.ts'
import type { Task } from '../../src/protocol/message/task.ts'
import type { Sealed } from '../../src/protocol/seal.ts'
import { sealResult } from '../helpers/evil-peer.ts'

const OUTPUT = Buffer.from('"HELLO"')
let peer: Identity
let task: Sealed<Task>
let expected: Expected
const asked: string[] = []

beforeAll(async () => {
  const { identity } = ephemeralSecret(systemClock)
  peer = ephemeralSecret(systemClock).identity
  const request = toRequest({ skill: 'shout', input: {} }, {}, systemClock)
  const clock = systemClock
  const sealer = new Sealer({ identity, open: () => 1, elapsed: clock.elapsed })
  task = await sealRequest(request, peer.id, { identity, sealer, network: 'home', clock })
  const desk = new BulkDesk(() => true)
  const checkOutput = (): undefined => undefined
  expected = { task, peer: peer.id, desk, now: systemClock.now, checkOutput }
})

function check(change: Partial<Result>, frame: Partial<ResultFrame> = { output: OUTPUT }) {
  const { desk } = expected
  const show = async (): Promise<void> => undefined
  const chunks = new Chunks({ desk, peer: peer.id, id: 'ab', show })
  const closed = (): AbortSignal => {
    asked.push('closed')
    return AbortSignal.abort()
  }
  const result = sealResult(peer, task, OUTPUT, change)
  return verify(
    expected,
    { kind: 'result', id: task.body.id, result, ...frame },
    { chunks, closed }
  )
}

test('a result that brought everything along is verified at once', () => {
  expect(check({})).toMatchObject({ value: 'HELLO', patch: undefined })
  expect(asked).toEqual([])
})

test('what is wrong with a result that brought everything along is thrown at once', () => {
  const other = { output: Buffer.from('"OTHER"') }
  expect(() => check({}, other)).toThrow(expect.objectContaining({ code: 'RESULT_MISMATCH' }))
  const elsewhere = { task: new Uint8Array(32) }
  expect(() => check(elsewhere)).toThrow(expect.objectContaining({ code: 'RESULT_MISMATCH' }))
})

test('an output that has to be fetched is waited for, until the task is over', () => {
  expect(check({}, {})).toBeInstanceOf(Promise)
  expect(asked).toEqual(['closed'])
})
