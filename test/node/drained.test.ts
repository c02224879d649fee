import { setTimeout as sleep } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import { expect, test } from 'vitest'
import { drained } from '../../src/node/drained.ts'
import { until } from '../helpers/processes.ts'
import { openStreamPair } from '../helpers/raw-host.ts'

const PIECE = new Uint8Array(60_000)
const TOTAL = 200
const MIB = 1024 * 1024

/** Write as the given wait allows, up to 12 MB; answers with what was written so far. */
function pump(stream: Stream, wait: () => Promise<void>) {
  const state = { bytes: 0 }
  const done = (async () => {
    for (let n = 0; n < TOTAL; n++) {
      state.bytes += PIECE.length
      if (!stream.send(PIECE)) await wait()
    }
  })()
  done.catch(() => undefined)
  return { state, done }
}

test('a writer is held back every time, not only the first', async () => {
  await using pair = await openStreamPair()
  pair.far.pause()
  let got = 0
  pair.far.addEventListener('message', ({ data }) => {
    got += data.byteLength
  })
  const { state, done } = pump(pair.near, () => drained(pair.near))
  for (let turn = 0; turn < 5; turn++) {
    await until('held back', () => pair.near.writableNeedsDrain)
    await sleep(20)
    expect(state.bytes - got).toBeLessThan(2 * MIB)
    pair.far.resume()
    await sleep(0)
    pair.far.pause()
  }
  pair.far.resume()
  await done
  await until('all bytes', () => got === TOTAL * PIECE.length)
})

test("upstream's own wait still lets a writer run over; when not, drained.ts can go", async () => {
  await using pair = await openStreamPair()
  pair.far.pause()
  const { done } = pump(pair.near, () => pair.near.onDrain())
  await until('held back', () => pair.near.writableNeedsDrain)
  await sleep(20)
  pair.far.resume()
  await sleep(0)
  pair.far.pause()
  await expect(done).rejects.toThrow(/closed|exceeded limit/)
})

test('a stream that is not full is not waited for', async () => {
  await using pair = await openStreamPair()
  await drained(pair.near)
})

test('a stream that breaks meanwhile, or was broken before, is PEER_LOST', async () => {
  await using pair = await openStreamPair()
  pair.far.pause()
  const { done } = pump(pair.near, () => drained(pair.near))
  await until('held back', () => pair.near.writableNeedsDrain)
  pair.far.abort(new Error('enough'))
  await expect(done).rejects.toMatchObject({ code: 'PEER_LOST' })
  if (pair.near.writableNeedsDrain) {
    await expect(drained(pair.near)).rejects.toMatchObject({ code: 'PEER_LOST' })
  }
})

test('a signal ends the wait with its reason and leaves the stream alone', async () => {
  await using pair = await openStreamPair()
  pair.far.pause()
  const stop = new AbortController()
  const { done } = pump(pair.near, () => drained(pair.near, stop.signal))
  await until('held back', () => pair.near.writableNeedsDrain)
  stop.abort(new Error('not today'))
  await expect(done).rejects.toThrow('not today')
  await expect(drained(pair.near, stop.signal)).rejects.toThrow('not today')
  expect(pair.near.status).toBe('open')
})
