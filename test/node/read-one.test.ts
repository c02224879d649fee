import { expect, test } from 'vitest'
import { encodeFrame } from '../../src/protocol/frame.ts'
import { readOne } from '../../src/node/read-one.ts'
import { openStreamPair } from '../helpers/raw-host.ts'

const about = (signal = AbortSignal.timeout(5_000)) => ({ what: 'a word', bytesMax: 64, signal })

test('the first frame is read, in however many pieces it comes', async () => {
  await using pair = await openStreamPair()
  const reading = readOne(pair.far, about())
  for (const byte of encodeFrame(Buffer.from('hello'))) pair.near.send(Uint8Array.of(byte))
  expect(Buffer.from(await reading).toString()).toBe('hello')
})

test('leaving before the first byte is a loss, and leaving within is a fault', async () => {
  for (const [said, code] of [
    [0, 'PEER_LOST'],
    [3, 'MALFORMED']
  ] as const) {
    await using pair = await openStreamPair()
    const reading = readOne(pair.far, about())
    reading.catch(() => undefined)
    if (said > 0) pair.near.send(encodeFrame(Buffer.from('hello')).subarray(0, said))
    await pair.near.close()
    await expect(reading).rejects.toMatchObject({ code })
  }
})

test('a frame that is too large is refused by its length alone', async () => {
  await using pair = await openStreamPair()
  const reading = readOne(pair.far, about())
  reading.catch(() => undefined)
  pair.near.send(encodeFrame(new Uint8Array(65)).subarray(0, 4))
  await expect(reading).rejects.toMatchObject({ code: 'TOO_LARGE' })
})

test('a peer that says nothing is given up when the time is over', async () => {
  await using pair = await openStreamPair()
  await expect(readOne(pair.far, about(AbortSignal.timeout(50)))).rejects.toMatchObject({
    message: expect.stringContaining('a word did not come in time')
  })
  expect(pair.far.status).toBe('aborted')
})
