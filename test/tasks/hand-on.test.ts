import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { NO_USAGE } from '../../src/protocol/message/result.ts'
import type { Workshop } from '../../src/tasks/work.ts'
import { errorOf, openShop, submit } from './shop.ts'

const withShop = async (test: (shop: Workshop) => Promise<void>): Promise<void> => {
  await using shop = await openShop(['talks', 'fans'])
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

  it.each([
    ['waits for those before it when it may use up all that is left', {}, 1, [10, 8, 6, 4]],
    ['runs beside others when it says how much it needs', { tokens: 3 }, 3, [3, 3, 3, 3]]
  ])('%s', (_what, budget, together, given) =>
    withShop(async (shop) => {
      let [open, most] = [0, 0]
      const tokens: (number | undefined)[] = []
      const { outcome } = submit(
        shop,
        'fans',
        { parts: 4, budget },
        {
          budget: { tokens: 10 },
          partUsage: { ...NO_USAGE, tokens: 2 },
          handOn: async (part) => {
            tokens.push(part.budget.tokens)
            most = Math.max(most, ++open)
            await sleep(50)
            open--
            return Buffer.from('1')
          }
        }
      )
      expect((await outcome).status).toBe('completed')
      expect(most).toBe(together)
      expect(tokens).toEqual(given)
    })
  )

  it('that waits for others ends with its task', () =>
    withShop(async (shop) => {
      const stop = new AbortController()
      const heard = submit(
        shop,
        'fans',
        { parts: 3 },
        {
          signal: stop.signal,
          budget: { tokens: 10 },
          handOn: ({ signal }) =>
            new Promise((_, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason as Error))
            })
        }
      )
      await expect.poll(() => heard.handed.length).toBe(1)
      stop.abort()
      expect((await heard.outcome).status).toBe('canceled')
      expect(heard.handed).toHaveLength(1)
    }))

  it('must answer with JSON', () =>
    withShop(async (shop) => {
      const handOn = async (): Promise<Uint8Array> => Buffer.from('not json')
      const { outcome } = submit(shop, 'talks', { ask: 'other' }, { handOn })
      expect(errorOf(await outcome).code).toBe('MALFORMED')
    }))
})
