import type { Transport } from '@libp2p/interface'
import { expect, test } from 'vitest'
import { connectInTime } from '../../../src/node/reach/connect-in-time.ts'

type Dial = Transport['dial']
type Options = Parameters<Dial>[1]

const dialWith = (
  dial: (options: Options) => Promise<unknown>,
  msMax: number
): Promise<unknown> => {
  const stock = { dial: (_address: unknown, options: Options) => dial(options) }
  const transport = connectInTime(() => stock as unknown as Transport, msMax)({})
  const upgrader = { upgradeOutbound: async () => 'upgraded' }
  return transport.dial({} as never, { upgrader } as never)
}
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

test('where no connection comes about, the dial ends', async () => {
  const dial = ({ signal }: Options): Promise<never> =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
    })
  await expect(dialWith(dial, 30)).rejects.toMatchObject({ code: 'DIAL_FAILED' })
})

test('a handshake that takes long is left the time of the dial', async () => {
  const dial = async ({ signal, upgrader }: Options): Promise<unknown> => {
    const upgraded = await upgrader.upgradeOutbound({} as never, {} as never)
    await sleep(100)
    signal?.throwIfAborted()
    return upgraded
  }
  expect(await dialWith(dial, 30)).toBe('upgraded')
})
