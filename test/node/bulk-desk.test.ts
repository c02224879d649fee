import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection, Stream } from '@libp2p/interface'
import { BulkDesk } from '../../src/node/bulk-desk.ts'
import { BulkWriter } from '../../src/node/bulk.ts'
import { Counters } from '../../src/node/counters.ts'
import { toHex } from '../../src/protocol/canonical.ts'
import { BULK_PROTOCOL } from '../../src/protocol/constants.ts'
import { until } from '../helpers/processes.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import type { RawHost } from '../helpers/raw-host.ts'

let desk: BulkDesk
let counters: Counters
let taken: number
let stranger: string | undefined
let opener: RawHost
let taker: RawHost
let connection: Connection
const never = new AbortController().signal

beforeAll(async () => {
  ;[opener, taker] = await Promise.all([createRawHost(), createRawHost()])
  const take = (stream: Stream, from: Connection): void => {
    void desk.accept(stream, from).then(() => taken++)
  }
  await taker.host.handle(BULK_PROTOCOL, take, { maxInboundStreams: 200 })
  connection = await opener.dial(taker.address)
})

afterAll(async () => {
  await opener[Symbol.asyncDispose]()
  await taker[Symbol.asyncDispose]()
})

function fresh(): BulkDesk {
  stranger = undefined
  counters = new Counters()
  desk = new BulkDesk((peer) => peer !== stranger, counters)
  taken = 0
  return desk
}

/** What was refused, by code. */
function refusals(): Record<string, number> {
  const samples = counters.samples('streams_refused')
  return Object.fromEntries(samples.map(({ labels, value }) => [labels['code'] ?? '', value]))
}

let ids = 0
function newId(): Uint8Array {
  const id = new Uint8Array(16)
  new DataView(id.buffer).setUint32(0, ++ids)
  return id
}

async function textOf(reader: { frames(): AsyncGenerator<Uint8Array, void, void> }) {
  return Buffer.concat(await Array.fromAsync(reader.frames())).toString()
}

test('a stream that comes before its task waits for it', async () => {
  fresh()
  const id = newId()
  const writer = await BulkWriter.open(connection, { id, part: 'input' }, never)
  await writer.writeAll(Buffer.from('early'), never)
  await until('taken', () => taken === 1)
  expect(await textOf(await desk.expect(opener.id, toHex(id), 'input'))).toBe('early')
})

test('a task that comes before its stream waits for it', async () => {
  fresh()
  const id = newId()
  const expected = desk.expect(opener.id, toHex(id), 'output')
  const writer = await BulkWriter.open(connection, { id, part: 'output' }, never)
  await writer.writeAll(Buffer.from('late'), never)
  expect(await textOf(await expected)).toBe('late')
})

test('peers and parts are told apart', async () => {
  fresh()
  const id = newId()
  const others = [
    desk.expect(taker.id, toHex(id), 'output'),
    desk.expect(opener.id, toHex(id), 'chunks'),
    desk.expect(opener.id, toHex(newId()), 'output')
  ]
  await BulkWriter.open(connection, { id, part: 'output' }, never)
  await until('taken', () => taken === 1)
  const nobody = Promise.race([...others, Promise.resolve('nobody')])
  expect(await nobody).toBe('nobody')
  expect(await desk.expect(opener.id, toHex(id), 'output')).toMatchObject({ header: { id } })
})

test('a stream nobody asks for is dropped after 5 s', async () => {
  fresh()
  const id = newId()
  const writer = await BulkWriter.open(connection, { id, part: 'input' }, never)
  const begin = performance.now()
  await until(
    'dropped',
    () =>
      writer.write(Buffer.from('x'), never).then(
        () => false,
        () => true
      ),
    7_000
  )
  expect(performance.now() - begin).toBeGreaterThan(4_500)
})

test('a forgotten task gets no stream', async () => {
  fresh()
  const id = newId()
  const expected = desk.expect(opener.id, toHex(id), 'output')
  desk.forget(opener.id, toHex(id), 'chunks', 'output')
  await BulkWriter.open(connection, { id, part: 'output' }, never)
  await until('taken', () => taken === 1)
  expect(await Promise.race([expected, Promise.resolve('nobody')])).toBe('nobody')
})

test('a peer may have 16 streams waiting, and no second one of a kind', async () => {
  fresh()
  const open = async (id = newId()): Promise<BulkWriter> => {
    const wanted = taken + 1
    const writer = await BulkWriter.open(connection, { id, part: 'input' }, never)
    await until('taken', () => taken >= wanted)
    return writer
  }
  const isOpen = (writer: BulkWriter): Promise<boolean> =>
    writer.write(Buffer.from('x'), never).then(
      () => true,
      () => false
    )
  const twice = newId()
  const first = await open(twice)
  const second = await open(twice)
  await until('the second of a kind is dropped', async () => !(await isOpen(second)))
  expect(await isOpen(first)).toBe(true)
  for (let n = 1; n < 16; n++) await open()
  const last = await open()
  await until('the 17th is dropped', async () => !(await isOpen(last)))
  expect(await isOpen(first)).toBe(true)

  // One that is expected needs no place, and one that is taken makes room.
  const wanted = newId()
  const expected = desk.expect(opener.id, toHex(wanted), 'input')
  await open(wanted)
  expect((await expected).header.id).toEqual(wanted)
  expect((await desk.expect(opener.id, toHex(twice), 'input')).header.id).toEqual(twice)
  expect(await isOpen(await open())).toBe(true)
  expect(refusals()).toEqual({ BUSY: 2 })
})

test('a peer that nothing was asked of has no stream taken at all', async () => {
  fresh()
  stranger = opener.id
  const id = newId()
  const opening = BulkWriter.open(connection, { id, part: 'output' }, never)
  const isOpen = (): Promise<boolean> =>
    opening
      .then((writer) => writer.write(Buffer.from('x'), never))
      .then(
        () => true,
        () => false
      )
  await until('dropped', async () => !(await isOpen()), 1_000)
  expect(refusals()).toEqual({ NOT_ADMITTED: 1 })
})
