import { setTimeout as sleep } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import { expect, test } from 'vitest'
import { FrameStream } from '../../src/node/frame-stream.ts'
import { encodeFrame } from '../../src/protocol/frame.ts'
import { until } from '../helpers/processes.ts'
import { openStreamPair } from '../helpers/raw-host.ts'

const CAP = 64 * 1024

function listen(stream: Stream, cap = CAP) {
  const frames: Uint8Array[] = []
  const closes: (Error | undefined)[] = []
  const end = new FrameStream(stream, cap, {
    frame: (bytes) => void frames.push(new Uint8Array(bytes)),
    close: (error) => void closes.push(error)
  })
  return { end, frames, closes }
}

/** Sizes of the writes that reach a stream, without keeping any back. */
function writesOf(stream: Stream): number[] {
  const sizes: number[] = []
  const send = stream.send.bind(stream)
  stream.send = (data) => {
    sizes.push(data.byteLength)
    return send(data)
  }
  return sizes
}

const codeOf = (error: Error | undefined): unknown => (error as { code?: string } | undefined)?.code

test('frames arrive whole and in order, in both directions', async () => {
  await using pair = await openStreamPair()
  const near = listen(pair.near)
  const far = listen(pair.far)
  const sent = Array.from({ length: 500 }, (_, at) => Buffer.alloc(at * 7, at % 256))
  for (const bytes of sent) near.end.send(bytes)
  far.end.send(Buffer.from('one '), Buffer.from('frame of parts'))
  await until('all frames', () => far.frames.length === 500 && near.frames.length === 1)
  expect(Buffer.concat(far.frames).equals(Buffer.concat(sent))).toBe(true)
  expect(Buffer.from(near.frames[0] ?? []).toString()).toBe('one frame of parts')
  expect(far.closes).toEqual([])
})

test('the first frame of an idle stream leaves in the same turn', async () => {
  await using pair = await openStreamPair()
  const near = listen(pair.near)
  const writes = writesOf(pair.near)
  near.end.send(Buffer.alloc(10))
  await Promise.resolve()
  expect(writes).toEqual([14])
})

test('frames of one turn leave in groups of at most 8', async () => {
  await using pair = await openStreamPair()
  const near = listen(pair.near)
  const writes = writesOf(pair.near)
  for (let n = 0; n < 20; n++) near.end.send(Buffer.alloc(10))
  await until('all left', () => writes.reduce((sum, size) => sum + size, 0) === 20 * 14)
  expect(writes).toEqual([8 * 14, 8 * 14, 4 * 14])
})

test('a group closes with the frame that brings it to 16 KiB', async () => {
  await using pair = await openStreamPair()
  const near = listen(pair.near)
  const writes = writesOf(pair.near)
  for (let n = 0; n < 6; n++) near.end.send(Buffer.alloc(6_000))
  await until('all left', () => writes.length === 2)
  expect(writes).toEqual([3 * 6_004, 3 * 6_004])
})

test('a frame that can wait travels with the next one, or alone a moment later', async () => {
  await using pair = await openStreamPair()
  const near = listen(pair.near)
  const far = listen(pair.far)
  const writes = writesOf(pair.near)
  near.end.sendWithNext(Buffer.from('accepted'))
  near.end.send(Buffer.from('result'))
  await until('both', () => far.frames.length === 2)
  expect(writes).toEqual([8 + 6 + 8])
  near.end.sendWithNext(Buffer.from('alone'))
  await until('the third', () => far.frames.length === 3)
  expect(far.frames.map((bytes) => Buffer.from(bytes).toString())).toEqual([
    ...['accepted', 'result', 'alone']
  ])
})

test('what waited for a slow reader arrives whole, in bounded groups', async () => {
  await using pair = await openStreamPair()
  pair.far.pause()
  const near = listen(pair.near)
  const writes = writesOf(pair.near)
  const total = 200
  for (let n = 0; n < total; n++) {
    near.end.send(Buffer.alloc(60_000, n))
    if (n % 20 === 0) await sleep(1)
  }
  await sleep(50)
  expect(near.end.slow).toBe(true)
  expect(near.end.closed).toBe(false)
  const far = listen(pair.far)
  pair.far.resume()
  await until('all frames', () => far.frames.length === total || near.end.closed)
  expect(far.closes).toEqual([])
  expect(near.closes).toEqual([])
  expect(far.frames.map((frame) => frame[0])).toEqual(Array.from({ length: total }, (_, n) => n))
  expect(Math.max(...writes)).toBeLessThanOrEqual(2 * 60_004)
  expect(near.end.slow).toBe(false)
})

test('a peer that never reads costs at most 16 MiB, then the stream is given up', async () => {
  await using pair = await openStreamPair()
  pair.far.pause()
  const near = listen(pair.near)
  let sent = 0
  while (!near.end.closed && sent < 64 * 1024 * 1024) {
    near.end.send(Buffer.alloc(60_000))
    sent += 60_004
    if (sent % 20 === 0) await sleep(0)
  }
  expect(near.closes).toHaveLength(1)
  expect(codeOf(near.closes[0])).toBe('PEER_LOST')
  expect(near.closes[0]?.message).toMatch(/does not read/)
  expect(sent).toBeGreaterThan(16 * 1024 * 1024)
  expect(sent).toBeLessThan(24 * 1024 * 1024)
  near.end.send(Buffer.alloc(10))
  expect(near.closes).toHaveLength(1)
})

test('ending the stream first sends what waits for a slow reader', async () => {
  await using pair = await openStreamPair()
  pair.far.pause()
  const near = listen(pair.near)
  for (let n = 0; n < 100; n++) near.end.send(Buffer.alloc(60_000, n))
  await until('held back', () => near.end.slow)
  const ended = near.end.end()
  const far = listen(pair.far)
  pair.far.resume()
  await ended
  await until('all frames', () => far.frames.length === 100 || far.closes.length > 0)
  expect(far.frames).toHaveLength(100)
})

test('ending does not wait for ever for a peer that never reads', async () => {
  await using pair = await openStreamPair()
  pair.far.pause()
  const near = listen(pair.near)
  for (let n = 0; n < 100; n++) near.end.send(Buffer.alloc(60_000, n))
  await near.end.end()
  expect(near.end.closed).toBe(true)
  expect(near.closes.map(codeOf)).toEqual(['PEER_LOST'])
})

test('a length over the cap ends the stream before the frame is read', async () => {
  await using pair = await openStreamPair()
  const far = listen(pair.far, 100)
  const near = listen(pair.near)
  pair.near.send(Uint8Array.of(0, 0, 0, 101))
  await until('both closed', () => far.closes.length === 1 && near.closes.length === 1)
  expect(codeOf(far.closes[0])).toBe('TOO_LARGE')
  expect(far.frames).toEqual([])
  expect(near.closes[0]).toBeInstanceOf(Error)
})

test('a stream that ends inside a frame is an error, one that ends after it is not', async () => {
  await using broken = await openStreamPair()
  const cut = listen(broken.far)
  broken.near.send(encodeFrame(Buffer.alloc(100)).subarray(0, 50))
  await broken.near.close()
  await until('closed', () => cut.closes.length > 0)
  expect(cut.closes.map(codeOf)).toEqual(['MALFORMED'])

  await using whole = await openStreamPair()
  const fine = listen(whole.far)
  whole.near.send(encodeFrame(Buffer.alloc(100)))
  await whole.near.close()
  await until('closed', () => fine.closes.length > 0)
  expect(fine.closes).toEqual([undefined])
  expect(fine.frames).toHaveLength(1)
})

test('a stream that ends inside a length is an error too', async () => {
  await using pair = await openStreamPair()
  const far = listen(pair.far)
  pair.near.send(Uint8Array.of(0, 0))
  await pair.near.close()
  await until('closed', () => far.closes.length > 0)
  expect(far.closes.map(codeOf)).toEqual(['MALFORMED'])
})

test('what a handler throws ends the stream, and no later frame is handled', async () => {
  await using pair = await openStreamPair()
  const closes: unknown[] = []
  let handled = 0
  const far = new FrameStream(pair.far, CAP, {
    frame: () => {
      handled++
      throw new Error('no')
    },
    close: (error) => void closes.push(codeOf(error))
  })
  const frame = encodeFrame(Buffer.alloc(10))
  pair.near.send(Buffer.concat([frame, frame, frame]))
  await until('closed', () => far.closed)
  expect({ handled, closes }).toEqual({ handled: 1, closes: ['MALFORMED'] })
})

test('close is told once, however often and from where the stream is ended', async () => {
  await using pair = await openStreamPair()
  const near = listen(pair.near)
  const far = listen(pair.far)
  near.end.abort(new Error('mine'))
  near.end.abort(new Error('again'))
  far.end.abort(new Error('theirs'))
  await near.end.end()
  await pair.connection.close()
  await until('the far side', () => far.closes.length > 0)
  expect(near.closes.map((error) => error?.message)).toEqual(['mine'])
  expect(far.closes).toHaveLength(1)
})

test('a connection that dies closes the stream', async () => {
  await using pair = await openStreamPair()
  const far = listen(pair.far)
  pair.connection.abort(new Error('the cable'))
  await until('closed', () => far.closes.length === 1)
  expect(far.end.closed).toBe(true)
})

test.for(['send', 'sendWithNext'] as const)(
  'what may wait can be bounded, by %s too',
  async (how) => {
    await using pair = await openStreamPair()
    pair.far.pause()
    const closes: (Error | undefined)[] = []
    const near = new FrameStream(pair.near, CAP, {
      frame: () => undefined,
      close: (error) => void closes.push(error),
      waitingBytesMax: () => 64 * 1024
    })
    for (let n = 0; n < 200 && !near.slow && !near.closed; n++) {
      near.send(Buffer.alloc(60_000))
      await sleep(1)
    }
    // So small that what counts is the number of them.
    for (let n = 0; n < 300; n++) near[how](Buffer.alloc(1))
    expect(near.closed).toBe(true)
    expect(codeOf(closes[0])).toBe('PEER_LOST')
  }
)

test('frames that came with the one that ended the stream are not looked at', async () => {
  await using pair = await openStreamPair()
  const near = listen(pair.near)
  let seen = 0
  const far: FrameStream = new FrameStream(pair.far, CAP, {
    frame: () => {
      seen++
      far.abort(new Error('enough'))
    },
    close: () => undefined
  })
  for (let n = 0; n < 8; n++) near.end.send(Buffer.alloc(10))
  await until('ended', () => far.closed)
  expect(seen).toBe(1)
})
