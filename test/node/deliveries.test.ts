import { expect, test } from 'vitest'
import { Deliveries } from '../../src/node/deliveries.ts'
import { Holdings } from '../../src/node/holdings.ts'

function make() {
  const deliveries = new Deliveries(new Holdings({ what: 'output', peerBytes: 10, allBytes: 15 }))
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const delivery = (name: string, peer: string, bytes: number) => ({
    ...{ peer, bytes },
    begin: () => {
      begun.push(name)
      return new Promise<void>((resolve) => ends.set(name, resolve))
    }
  })
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { deliveries, delivery, begun, end }
}

test('what finds no room is BUSY, and there is room again when something has left', async () => {
  const { deliveries, delivery, begun, end } = make()
  deliveries.now(delivery('one', 'bob', 8))
  expect(deliveries.reach('bob')).toBe(true)
  expect(() => deliveries.now(delivery('two', 'bob', 8))).toThrow(
    expect.objectContaining({
      ...{ code: 'BUSY', facts: expect.objectContaining({ retryAfterMs: 2_000 }) }
    })
  )
  await end('one')
  expect(deliveries.reach('bob')).toBe(false)
  deliveries.now(delivery('two', 'bob', 8))
  expect(begun).toEqual(['one', 'two'])
})

test('what waits begins in turn, and nobody waits for the bound of another', async () => {
  const { deliveries, delivery, begun, end } = make()
  deliveries.now(delivery('one', 'bob', 8))
  deliveries.now(delivery('two', 'carol', 6))
  deliveries.later(delivery('three', 'bob', 8))
  const takeBack = deliveries.later(delivery('four', 'carol', 6))
  deliveries.later(delivery('five', 'carol', 6))
  takeBack()
  await end('two')
  expect(begun).toEqual(['one', 'two', 'five'])
  await end('one')
  expect(begun).toEqual(['one', 'two', 'five', 'three'])
})
