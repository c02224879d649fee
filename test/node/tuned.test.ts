import { expect, test } from 'vitest'
import { drained } from '../../src/node/drained.ts'
import { openStreamPair } from '../helpers/raw-host.ts'
import { until } from '../helpers/processes.ts'

const MIB = 1024 * 1024

test('bytes of every size arrive as they left, however they are joined and cut', async () => {
  await using pair = await openStreamPair()
  const got: Uint8Array[] = []
  let bytes = 0
  pair.far.addEventListener('message', ({ data }) => {
    const copy = new Uint8Array(data.subarray())
    got.push(copy)
    bytes += copy.length
  })
  const sent: Buffer[] = []
  // Around every border: a length of noise, 16 KiB, a packet of noise, a window of yamux.
  for (const size of [
    1, 2, 3, 100, 16_383, 16_384, 16_385, 65_519, 65_535, 65_536, 262_144, 300_000
  ]) {
    const piece = Buffer.from(Array.from({ length: size }, (_, at) => (at * 31 + size) % 256))
    sent.push(piece)
    if (!pair.near.send(piece)) await drained(pair.near)
  }
  const whole = Buffer.concat(sent)
  await until('all', () => bytes === whole.length)
  expect(Buffer.concat(got).equals(whole)).toBe(true)
})

test('the window is renewed in time: no stream stalls in either direction', async () => {
  await using pair = await openStreamPair()
  const read = { near: 0, far: 0 }
  pair.near.addEventListener('message', ({ data }) => (read.near += data.byteLength))
  pair.far.addEventListener('message', ({ data }) => (read.far += data.byteLength))
  const piece = new Uint8Array(10_007)
  const total = Math.ceil((20 * MIB) / piece.length)
  await Promise.all(
    [pair.near, pair.far].map(async (stream) => {
      for (let n = 0; n < total; n++) if (!stream.send(piece)) await drained(stream)
    })
  )
  await until('all', () => read.near === total * piece.length && read.far === total * piece.length)
})

test('a paused stream fills its window and no more, and goes on where it stopped', async () => {
  await using pair = await openStreamPair()
  pair.far.pause()
  let sent = 0
  const sending = (async () => {
    for (; sent < 8 * MIB; sent += 64 * 1024) {
      if (!pair.near.send(new Uint8Array(64 * 1024))) await drained(pair.near)
    }
  })()
  await until('held back', () => pair.near.writableNeedsDrain)
  expect(sent).toBeLessThan(2 * MIB)
  let read = 0
  pair.far.addEventListener('message', ({ data }) => (read += data.byteLength))
  pair.far.resume()
  await sending
  await until('all', () => read === 8 * MIB)
})
