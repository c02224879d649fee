import type { Connection } from '@libp2p/interface'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BulkDesk } from '../../src/node/bulk-desk.ts'
import { mustPass, receivePayload, sendPayload } from '../../src/node/payloads.ts'
import { digest } from '../../src/protocol/canonical.ts'
import { BULK_PROTOCOL } from '../../src/protocol/constants.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import type { RawHost } from '../helpers/raw-host.ts'

let sender: RawHost
let taker: RawHost
let connection: Connection
const desk = new BulkDesk(() => true)
const never = new AbortController().signal

beforeAll(async () => {
  ;[sender, taker] = await Promise.all([createRawHost(), createRawHost()])
  await taker.host.handle(BULK_PROTOCOL, (stream, from) => desk.accept(stream, from))
  connection = await sender.dial(taker.address)
})
afterAll(async () => {
  await sender[Symbol.asyncDispose]()
  await taker[Symbol.asyncDispose]()
})

let ids = 0
function parcel(signed: Uint8Array, bytesMax = 1_000_000) {
  const id = new Uint8Array(16).fill(++ids)
  const arrival = { desk, peer: sender.id, id, part: 'output', bytesMax } as const
  const announced = { digest: digest(signed), bytes: signed.length }
  return {
    receive: (inline?: Uint8Array, signal = never) =>
      receivePayload(announced, inline, { ...arrival, signal }),
    send: (bytes: Uint8Array) => sendPayload(connection, { id, part: 'output' }, bytes, never)
  }
}

test('bytes come in the frame or on a stream; the seal does not mind', async () => {
  const bytes = Buffer.alloc(300_000, 'x')
  const { receive, send } = parcel(bytes)
  expect(await receive(bytes)).toBe(bytes)
  const [got] = await Promise.all([receive(), send(bytes)])
  expect(bytes.equals(got)).toBe(true)
})

test('other bytes than those signed are refused, however they come', async () => {
  const [bytes, other] = [Buffer.alloc(1_000, 'x'), Buffer.alloc(1_000, 'y')]
  const { receive, send } = parcel(bytes)
  const malformed = expect.objectContaining({ code: 'MALFORMED' })
  await expect(receive(other)).rejects.toEqual(malformed)
  await expect(receive(bytes.subarray(1))).rejects.toEqual(malformed)
  const [got] = await Promise.allSettled([receive(), send(other)])
  expect(got).toMatchObject({ status: 'rejected', reason: { code: 'MALFORMED' } })
})

test('more than is allowed is refused before a byte of it came', async () => {
  const { receive } = parcel(Buffer.alloc(1_001), 1_000)
  await expect(receive()).rejects.toMatchObject({ code: 'TOO_LARGE' })
})

test(
  'bytes that never come are not waited for longer than ten seconds',
  { timeout: 15_000 },
  async () => {
    const begin = performance.now()
    await expect(parcel(Buffer.alloc(10)).receive()).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED'
    })
    expect(performance.now() - begin).toBeGreaterThan(9_000)
  }
)

test('a relay passes on what it still may, and of more the difference is told', () => {
  mustPass({}, 1e9)
  mustPass({ limits: { bytes: 2_000_000n } }, 1_000_000)
  expect(() => mustPass({ limits: { bytes: 1_000_000n } }, 1_000_000)).toThrow(
    expect.objectContaining({
      code: 'RELAY_LIMIT',
      facts: { bytes: 1_000_000, bytesMax: 1_000_000 - 256 * 1024 }
    })
  )
})
