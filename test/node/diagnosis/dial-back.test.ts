import type { Connection } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeFrame } from '../../../src/protocol/frame.ts'
import { encode } from '../../../src/protocol/canonical.ts'
import { PROBE_PROTOCOL } from '../../../src/protocol/constants.ts'
import { askForLook, DialBack } from '../../../src/node/diagnosis/dial-back.ts'
import { createRawHost } from '../../helpers/raw-host.ts'
import type { RawHost } from '../../helpers/raw-host.ts'

let asker: RawHost
let asked: RawHost
let connection: Connection
let refusals: string[]
let elapsed: number

beforeEach(async () => {
  ;[asker, asked] = [await createRawHost(), await createRawHost()]
  refusals = []
  elapsed = 0
  const dialBack = new DialBack({
    clock: { elapsed: () => elapsed },
    refused: ({ code }) => refusals.push(code)
  })
  await asked.host.handle(PROBE_PROTOCOL, (stream, link) => dialBack.answer(stream, link))
  connection = await asker.dial(asked.address)
})
afterEach(async () => {
  await Promise.all([asker[Symbol.asyncDispose](), asked[Symbol.asyncDispose]()])
})

const ownPort = (): number => Number(/tcp\/(\d+)/.exec(asker.address)?.[1])

test('a port of the asker is dialled where the asker is, and the answer says where', async () => {
  const seen = await askForLook(connection, ownPort())
  expect(seen).toEqual({ state: 'open', from: '/ip4/127.0.0.1' })
})

test('a port where nobody listens is closed', async () => {
  expect((await askForLook(connection, 9)).state).toBe('closed')
})

test('whoever asks in a loop is told to wait, and may ask again later', async () => {
  for (let n = 0; n < 3; n++) await askForLook(connection, 9)
  await expect(askForLook(connection, 9)).rejects.toMatchObject({
    code: 'BUSY',
    facts: { retryAfterMs: 10_000 }
  })
  expect(refusals).toEqual(['BUSY'])
  elapsed += 10_000
  expect((await askForLook(connection, 9)).state).toBe('closed')
})

test('a question for another machine is no question: the stream ends unanswered', async () => {
  const stream = await connection.newStream(PROBE_PROTOCOL)
  const ended = new Promise((resolve) => stream.addEventListener('close', resolve))
  stream.send(encodeFrame(encode({ v: 1, port: 80, host: '169.254.169.254' })))
  await ended
  expect(stream.status).toBe('reset')
})

test('behind a relay the address is not that of the asker, so nothing is dialled', async () => {
  const dialBack = new DialBack({
    clock: { elapsed: () => elapsed },
    refused: ({ code }) => refusals.push(code)
  })
  await asked.host.unhandle(PROBE_PROTOCOL)
  await asked.host.handle(PROBE_PROTOCOL, (stream, link) => {
    const remoteAddr = `/ip4/9.9.9.9/tcp/1/p2p/${asker.id}/p2p-circuit`
    const relayed = { remotePeer: link.remotePeer, remoteAddr: { toString: () => remoteAddr } }
    return dialBack.answer(stream, relayed as unknown as Connection)
  })
  await expect(askForLook(connection, ownPort())).rejects.toMatchObject({ code: 'BAD_ADDRESS' })
  expect(refusals).toEqual(['BAD_ADDRESS'])
})

test('a peer that does not speak this is told as such', async () => {
  await asked.host.unhandle(PROBE_PROTOCOL)
  await expect(askForLook(connection, ownPort())).rejects.toMatchObject({ code: 'PEER_LOST' })
})
