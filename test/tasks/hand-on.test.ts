import { describe, expect, it } from 'vitest'
import type { Workshop } from '../../src/tasks/work.ts'
import { errorOf, openShop, submit } from './shop.ts'

const withShop = async (test: (shop: Workshop) => Promise<void>): Promise<void> => {
  await using shop = await openShop(['talks'])
  await test(shop)
}

describe('a part that was handed on', () => {
  it('is canceled when its task is', () =>
    withShop(async (shop) => {
      const stop = new AbortController()
      let aborted = false
      const heard = submit(
        shop,
        'talks',
        { ask: 'other' },
        {
          signal: stop.signal,
          handOn: ({ signal }) =>
            new Promise((_, reject) => {
              signal.addEventListener('abort', () => {
                aborted = true
                reject(signal.reason as Error)
              })
            })
        }
      )
      await expect.poll(() => heard.handed.length).toBe(1)
      stop.abort()
      expect((await heard.outcome).status).toBe('canceled')
      expect(aborted).toBe(true)
    }))

  it('must answer with JSON', () =>
    withShop(async (shop) => {
      const handOn = async (): Promise<Uint8Array> => Buffer.from('not json')
      const { outcome } = submit(shop, 'talks', { ask: 'other' }, { handOn })
      expect(errorOf(await outcome).code).toBe('MALFORMED')
    }))
})
