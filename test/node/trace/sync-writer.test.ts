import type { Connection } from '@libp2p/interface'
import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { SyncWriter } from '../../../src/node/trace/sync-writer.ts'
import { TokenBucket } from '../../../src/node/token-bucket.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { FrameParser } from '../../../src/protocol/frame.ts'
import { decodeSyncFrame } from '../../../src/protocol/trace-sync.ts'
import type { SyncFrame } from '../../../src/protocol/trace-sync.ts'
import { until } from '../../helpers/processes.ts'
import { openStreamPair } from '../../helpers/raw-host.ts'
import type { StreamPair } from '../../helpers/raw-host.ts'

let pair: StreamPair
let got: SyncFrame[]

beforeEach(async () => {
  pair = await openStreamPair()
  got = []
})
afterEach(() => pair[Symbol.asyncDispose]())

function read(): void {
  const parser = new FrameParser(100_000)
  pair.far.addEventListener('message', ({ data }) => {
    for (const frame of parser.push(data.subarray())) got.push(decodeSyncFrame(frame))
  })
}

const budget = (burst: number) => new TokenBucket({ burst, perSecond: 1 }, () => 0)
const batch = (bytes: number): SyncFrame => ({ kind: 'batch', bytes: new Uint8Array(bytes) })
const never = new AbortController().signal

test('frames go out one after the other, and the end is told', async () => {
  read()
  const writer = new SyncWriter(pair.near, pair.connection, budget(0))
  await writer.write(batch(3), never)
  await writer.refuse(new PeerworkError('BUSY', 'later'))
  await until('both', () => got.length === 2)
  expect(got).toMatchObject([
    { kind: 'batch' },
    { kind: 'answer', answer: { type: 'refused', error: { code: 'BUSY' } } }
  ])
  pair.far.abort(new Error('gone'))
  await until('it is over', () => writer.closed.aborted)
  await writer.refuse(new PeerworkError('BUSY', 'to nobody'))
})

test('whoever reads nothing is waited for, until it is too late', async () => {
  pair.far.pause()
  const writer = new SyncWriter(pair.near, pair.connection, budget(0))
  const late = new AbortController()
  const writing = (async () => {
    for (let nth = 0; nth < 1_000; nth++) await writer.write(batch(60_000), late.signal)
  })()
  setTimeout(() => late.abort(new PeerworkError('DEADLINE_EXCEEDED', 'too late')), 200)
  await expect(writing).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  await expect(writer.write(batch(1), late.signal)).rejects.toMatchObject({ code: 'PEER_LOST' })
})

test('over a relay all answers together have a share, and then none', async () => {
  read()
  const relayed = { limits: { seconds: 1 }, remoteAddr: pair.connection.remoteAddr }
  const writer = new SyncWriter(pair.near, relayed as unknown as Connection, budget(100))
  await writer.write(batch(90), never)
  const more = writer.write(batch(90), never)
  await expect(more).rejects.toMatchObject({ code: 'RELAY_LIMIT' })
})

test('who waits for its share of a relay leaves nothing behind', async () => {
  read()
  const relayed = { limits: { seconds: 1 }, remoteAddr: pair.connection.remoteAddr }
  const share = new TokenBucket({ burst: 100, perSecond: 20_000 }, systemClock.elapsed)
  const writer = new SyncWriter(pair.near, relayed as unknown as Connection, share)
  const { signal } = new AbortController()
  for (let nth = 0; nth < 5; nth++) await writer.write(batch(90), signal)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
