import { expect, test } from 'vitest'
import { readFrame } from '../../../src/node/membership/read-frame.ts'
import { encodeFrame } from '../../../src/protocol/frame.ts'
import { openStreamPair } from '../../helpers/raw-host.ts'

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const soon = (): AbortSignal => AbortSignal.timeout(5_000)

test('one frame is read, and what came with it is there for the next reader', async () => {
  await using pair = await openStreamPair()
  const { near, far } = pair
  near.send(Buffer.concat([encodeFrame(bytes('one')), encodeFrame(bytes('two')), bytes('rest')]))
  expect(await readFrame(far, 100, soon())).toEqual(bytes('one'))
  expect(await readFrame(far, 100, soon())).toEqual(bytes('two'))
  const rest = await new Promise<string>((resolve) => {
    far.addEventListener('message', ({ data }) => resolve(Buffer.from(data.subarray()).toString()))
  })
  expect(rest).toBe('rest')
})

test('a frame that comes byte by byte is read too', async () => {
  await using pair = await openStreamPair()
  const { near, far } = pair
  const reading = readFrame(far, 100, soon())
  for (const byte of encodeFrame(bytes('slowly'))) {
    near.send(Uint8Array.of(byte))
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await reading).toEqual(bytes('slowly'))
})

test('one that is too large is refused by its length alone', async () => {
  await using pair = await openStreamPair()
  pair.near.send(Uint8Array.of(0, 0, 0, 101))
  await expect(readFrame(pair.far, 100, soon())).rejects.toMatchObject({ code: 'TOO_LARGE' })
})

test('a stream that ends, breaks, or has ended gives none', async () => {
  for (const end of ['close', 'abort'] as const) {
    await using pair = await openStreamPair()
    const { near, far } = pair
    const reading = readFrame(far, 100, soon())
    near.send(Uint8Array.of(0, 0))
    await (end === 'close' ? near.close() : near.abort(new Error('gone')))
    await expect(reading).rejects.toMatchObject({ code: 'PEER_LOST' })
    await expect(readFrame(far, 100, soon())).rejects.toMatchObject({ code: 'PEER_LOST' })
  }
})

test('nobody waits longer than the signal says', async () => {
  await using pair = await openStreamPair()
  const late = AbortSignal.timeout(20)
  await expect(readFrame(pair.far, 100, late)).rejects.toMatchObject({ name: 'TimeoutError' })
  await expect(readFrame(pair.far, 100, late)).rejects.toMatchObject({ name: 'TimeoutError' })
})
