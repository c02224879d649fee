import type { Connection, Stream } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askSync } from '../../../src/node/trace/ask-sync.ts'
import { TRACE_SYNC_PROTOCOL } from '../../../src/protocol/constants.ts'
import type { PeerworkError } from '../../../src/protocol/errors.ts'
import { encodeFrame } from '../../../src/protocol/frame.ts'
import { encodeSyncFrame } from '../../../src/protocol/trace-sync.ts'
import type { SyncFrame, SyncQuestion } from '../../../src/protocol/trace-sync.ts'
import { until } from '../../helpers/processes.ts'
import { createRawHost } from '../../helpers/raw-host.ts'
import type { RawHost } from '../../helpers/raw-host.ts'

let holder: RawHost
let asker: RawHost
let link: Connection
/** What the other side does with the stream. */
let answer: (stream: Stream) => void
let streams: Stream[]

beforeEach(async () => {
  streams = []
  ;[holder, asker] = await Promise.all([createRawHost(), createRawHost()])
  await holder.host.handle(TRACE_SYNC_PROTOCOL, (stream) => {
    streams.push(stream)
    stream.addEventListener('message', () => answer(stream), { once: true })
  })
  link = await asker.dial(holder.address)
})
afterEach(async () => {
  await Promise.all([holder, asker].map((host) => host[Symbol.asyncDispose]()))
})

const frame = (one: SyncFrame): Uint8Array => encodeFrame(...encodeSyncFrame(one))

async function outcome(
  signal = new AbortController().signal,
  msMax = 5_000,
  question: SyncQuestion = { type: 'list' }
): Promise<string> {
  let count = 0
  try {
    for await (const _ of askSync(link, question, { signal, msMax })) count++
    return `${count} frames`
  } catch (error) {
    return (error as PeerworkError).code
  }
}

test('a holder that breaks off or sends garbage is told from one that ends', async () => {
  answer = (stream) => stream.send(frame({ kind: 'answer', answer: { type: 'end', more: false } }))
  expect(await outcome()).toBe('1 frames')
  answer = (stream) => stream.abort(new Error('gone'))
  expect(await outcome()).toBe('PEER_LOST')
  answer = (stream) => void stream.close()
  expect(await outcome()).toBe('PEER_LOST')
  answer = (stream) => stream.send(encodeFrame(Buffer.from('garbage')))
  expect(await outcome()).toBe('MALFORMED')
  answer = (stream) => stream.send(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1))
  expect(await outcome()).toBe('TOO_LARGE')
  const error = { code: 'BUSY', message: 'later' } as const
  answer = (stream) => stream.send(frame({ kind: 'answer', answer: { type: 'refused', error } }))
  expect(await outcome()).toBe('BUSY')
})

test('a silent holder is given up at the deadline, or when nobody wants it any more', async () => {
  answer = () => undefined
  expect(await outcome(undefined, 100)).toBe('DEADLINE_EXCEEDED')
  const ending = new AbortController()
  setTimeout(() => ending.abort(), 50)
  expect(await outcome(ending.signal)).toBe('CANCELED')
})

test('a list that nobody asked for ends the stream', async () => {
  const boot = new Uint8Array(8)
  const entry = { by: holder.id, boot, ranges: [], forks: [] }
  const list = frame({ kind: 'answer', answer: { type: 'held', entries: [entry] } })
  const end = frame({ kind: 'answer', answer: { type: 'end', more: false } })
  answer = (stream) => {
    for (const bytes of [list, list, end]) stream.send(bytes)
  }
  expect(await outcome()).toBe('3 frames')
  expect(await outcome(undefined, 5_000, { type: 'tail', keeps: true })).toBe('MALFORMED')
})

test('leaving the loop ends the stream on both sides', async () => {
  answer = (stream) => stream.send(frame({ kind: 'batch', bytes: new Uint8Array(9) }))
  const asked = { signal: new AbortController().signal, msMax: 5_000 }
  for await (const _ of askSync(link, { type: 'list' }, asked)) break
  await until('the holder knows', () => streams[0]?.status !== 'open')
})

test('a small frame keeps nothing alive of what came in the same piece', async () => {
  const large = frame({ kind: 'batch', bytes: new Uint8Array(40_000) })
  const small = frame({ kind: 'batch', bytes: new Uint8Array(100) })
  answer = (stream) => stream.send(Buffer.concat([large, small, large, small]))
  const asked = { signal: new AbortController().signal, msMax: 5_000 }
  const kept: number[] = []
  for await (const one of askSync(link, { type: 'list' }, asked)) {
    if (one.kind === 'batch' && one.bytes.length === 100) kept.push(one.bytes.buffer.byteLength)
    if (kept.length === 2) break
  }
  expect(Math.max(...kept)).toBeLessThan(1_000)
})
