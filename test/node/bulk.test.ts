import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, Stream } from '@libp2p/interface'
import { expect, onTestFinished, test } from 'vitest'
import { acceptBulk, BulkWriter, readWhole } from '../../src/node/bulk.ts'
import { BULK_PROTOCOL } from '../../src/protocol/constants.ts'
import { encodeFrame } from '../../src/protocol/frame.ts'
import { encodeBulkHeader } from '../../src/protocol/message/session.ts'
import { until } from '../helpers/processes.ts'
import { createRawHost } from '../helpers/raw-host.ts'

const HEADER = { id: new Uint8Array(16).fill(7), part: 'output' } as const
const MIB = 1024 * 1024
const never = new AbortController().signal

/** A connection to a host that takes one bulk stream. */
async function line(): Promise<{ connection: Connection; arrived: Promise<Stream> }> {
  const [left, right] = await Promise.all([createRawHost(), createRawHost()])
  onTestFinished(async () => {
    await left[Symbol.asyncDispose]()
    await right[Symbol.asyncDispose]()
  })
  const arrived = Promise.withResolvers<Stream>()
  await right.host.handle(BULK_PROTOCOL, (stream) => arrived.resolve(stream))
  return { connection: await left.dial(right.address), arrived: arrived.promise }
}

async function bulkPair() {
  const { connection, arrived } = await line()
  const writer = await BulkWriter.open(connection, HEADER, never)
  return { writer, reader: await acceptBulk(await arrived), connection }
}

/** A stream that speaks the protocol's name and then whatever the test wants. */
async function rawBulk(...bytes: Uint8Array[]) {
  const { connection, arrived } = await line()
  const stream = await connection.newStream(BULK_PROTOCOL)
  for (const part of bytes) stream.send(part)
  return { stream, arrived }
}

test('a payload larger than any buffer arrives whole, under its header', async () => {
  const { writer, reader } = await bulkPair()
  expect(reader.header).toEqual(HEADER)
  const payload = Buffer.from(Array.from({ length: 9 * MIB }, (_, at) => (at >> 12) % 256))
  const [got] = await Promise.all([
    readWhole(reader, payload.length),
    writer.writeAll(payload, never)
  ])
  expect(payload.equals(got)).toBe(true)
})

test('a reader that pauses holds the writer back, however large the payload', async () => {
  const { writer, reader } = await bulkPair()
  let written = 0
  const writing = (async () => {
    for (let n = 0; n < 200; n++) {
      await writer.write(new Uint8Array(64 * 1024), never)
      written += 64 * 1024
    }
    await writer.end(never)
  })()
  let read = 0
  let ahead = 0
  for await (const frame of reader.frames()) {
    read += frame.length
    if (read < MIB) await sleep(20)
    ahead = Math.max(ahead, written - read)
  }
  await writing
  expect(read).toBe(200 * 64 * 1024)
  expect(ahead).toBeLessThan(4 * MIB)
})

test('more bytes than announced are refused, and the writer is told', async () => {
  const { writer, reader } = await bulkPair()
  const reading = readWhole(reader, 1_000)
  const writing = (async () => {
    for (;;) {
      await writer.write(new Uint8Array(400), never)
      await sleep(1)
    }
  })()
  await expect(reading).rejects.toMatchObject({ code: 'MALFORMED' })
  await expect(writing).rejects.toMatchObject({ code: 'PEER_LOST' })
})

test('fewer bytes than announced are a lost peer', async () => {
  const { writer, reader } = await bulkPair()
  await writer.writeAll(new Uint8Array(999), never)
  await expect(readWhole(reader, 1_000)).rejects.toMatchObject({
    code: 'PEER_LOST',
    message: 'only 999 of 1000 bytes came'
  })
})

test('an abort from either side is PEER_LOST on the other', async () => {
  const first = await bulkPair()
  const reading = readWhole(first.reader, 1_000)
  first.writer.abort(new Error('enough'))
  await expect(reading).rejects.toMatchObject({ code: 'PEER_LOST' })

  const second = await bulkPair()
  const writing = second.writer.writeAll(new Uint8Array(20 * MIB), never)
  second.reader.abort(new Error('enough'))
  await expect(writing).rejects.toMatchObject({ code: 'PEER_LOST' })
})

test('a connection that dies under a payload is PEER_LOST on both sides', async () => {
  const { writer, reader, connection } = await bulkPair()
  const reading = readWhole(reader, 100 * MIB)
  const writing = writer.writeAll(new Uint8Array(100 * MIB), never)
  const both = Promise.allSettled([reading, writing])
  await sleep(20)
  connection.abort(new Error('the cable'))
  for (const side of await both) {
    expect(side).toMatchObject({ status: 'rejected', reason: { code: 'PEER_LOST' } })
  }
})

test('a signal ends a write that nobody reads, and the stream with it', async () => {
  const { writer, reader } = await bulkPair()
  const stop = new AbortController()
  const writing = writer.writeAll(new Uint8Array(20 * MIB), stop.signal)
  setTimeout(() => stop.abort(new Error('too late')), 50)
  await expect(writing).rejects.toThrow('too late')
  await expect(readWhole(reader, 20 * MIB)).rejects.toMatchObject({ code: 'PEER_LOST' })
})

test('the end waits for a slow reader only as long as it may', async () => {
  const { writer, reader } = await bulkPair()
  let written = 0
  const writing = (async () => {
    for (; written < 10 * MIB; written += 64 * 1024) {
      await writer.write(new Uint8Array(64 * 1024), never)
    }
  })()
  writing.catch(() => undefined)
  await sleep(50)
  await writer.end(AbortSignal.timeout(50))
  await expect(writing).rejects.toMatchObject({ code: 'PEER_LOST' })
  await expect(readWhole(reader, 10 * MIB)).rejects.toMatchObject({ code: 'PEER_LOST' })
})

test('a sender that goes silent is named as such', async () => {
  const { writer, reader } = await bulkPair()
  await writer.write(new Uint8Array(10), never)
  await expect(readWhole(reader, 1_000, 100)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
})

test('a stream without a header, or with another, is refused', async () => {
  const empty = await rawBulk(Uint8Array.of())
  await empty.stream.close()
  await expect(empty.arrived.then(acceptBulk)).rejects.toMatchObject({ code: 'MALFORMED' })

  const garbage = await rawBulk(encodeFrame(Buffer.from('hello')))
  await expect(garbage.arrived.then(acceptBulk)).rejects.toMatchObject({ code: 'MALFORMED' })

  const huge = await rawBulk(Uint8Array.of(0xff, 0xff, 0xff, 0xff))
  await expect(huge.arrived.then(acceptBulk)).rejects.toMatchObject({ code: 'TOO_LARGE' })
})

test('a stream that ends inside a frame is refused', async () => {
  const { stream, arrived } = await rawBulk()
  stream.send(encodeFrame(encodeBulkHeader(HEADER)))
  stream.send(encodeFrame(new Uint8Array(100)).subarray(0, 60))
  await stream.close()
  const reader = await acceptBulk(await arrived)
  await expect(readWhole(reader, 100)).rejects.toMatchObject({ code: 'MALFORMED' })
})

test('a stream that was read to its end is gone on both sides', async () => {
  const { writer, reader, connection } = await bulkPair()
  await Promise.all([readWhole(reader, MIB), writer.writeAll(new Uint8Array(MIB), never)])
  await until('closed', () =>
    connection.streams.every(({ protocol }) => protocol !== BULK_PROTOCOL)
  )
})

test('a reader that takes nothing for too long is given up', async () => {
  const { connection, arrived } = await line()
  const writer = await BulkWriter.open(connection, HEADER, never)
  const far = await arrived
  far.pause()
  const writing = writer.writeAll(new Uint8Array(8 * MIB), never, 300)
  await expect(writing).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  await until('dropped', () => far.status !== 'open')
})
