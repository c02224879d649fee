import type { Connection, Stream } from '@libp2p/interface'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PLACES_MAX, takePlace } from '../../src/node/places.ts'
import { until } from '../helpers/processes.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import type { RawHost } from '../helpers/raw-host.ts'

const never = new AbortController().signal
let left: RawHost
let right: RawHost
let connection: Connection

beforeAll(async () => {
  ;[left, right] = await Promise.all([createRawHost(), createRawHost()])
  await right.host.handle('/test/1', () => undefined, { maxInboundStreams: 100 })
  connection = await left.dial(right.address)
  // The other side may still be at its handshake, and takes only a few streams until it is done.
  await until('connected on both sides', () => right.host.getConnections().length === 1)
})
afterAll(async () => {
  await left[Symbol.asyncDispose]()
  await right[Symbol.asyncDispose]()
})

const take = (signal = never): Promise<Stream> => {
  return takePlace(connection, signal, () => connection.newStream('/test/1'))
}

test('whoever comes after the last place waits until a stream closes, in order', async () => {
  const streams = await Promise.all(Array.from({ length: PLACES_MAX }, () => take()))
  const order: string[] = []
  const first = take().then((stream) => {
    order.push('first')
    return stream
  })
  const second = take().then((stream) => {
    order.push('second')
    return stream
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(order).toEqual([])
  streams[10]?.abort(new Error('done'))
  await until('the first is in', () => order.length === 1)
  streams[20]?.abort(new Error('done'))
  await second
  expect(order).toEqual(['first', 'second'])
  for (const stream of [...streams, await first, await second]) stream.abort(new Error('done'))
})

test('a place whose stream cannot be opened is free again', async () => {
  for (let n = 0; n < PLACES_MAX + 1; n++) {
    const failing = takePlace(connection, never, () => Promise.reject(new Error('no')))
    await expect(failing).rejects.toThrow('no')
  }
  const stream = await take()
  stream.abort(new Error('done'))
})

test('whoever gives up waiting takes no place from the next', async () => {
  const streams = await Promise.all(Array.from({ length: PLACES_MAX }, () => take()))
  const impatient = new AbortController()
  const gone = take(impatient.signal)
  const patient = take()
  impatient.abort(new Error('never mind'))
  await expect(gone).rejects.toThrow('never mind')
  streams[0]?.abort(new Error('done'))
  const stream = await patient
  for (const open of [...streams, stream]) open.abort(new Error('done'))
})
