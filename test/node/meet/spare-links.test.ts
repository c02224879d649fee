import { expect, test, vi } from 'vitest'
import { SPARE_MAX, SpareLinks } from '../../../src/node/meet/spare-links.ts'
import type { KnownPeer, Peers } from '../../../src/node/peers.ts'

/** The book of spare links, with peers that are all there, and a clock that is moved. */
function book(direction: 'inbound' | 'outbound' = 'outbound') {
  vi.useFakeTimers()
  const parted: string[] = []
  const busy = new Set<string>()
  let now = 0
  const get = (id: string) => ({ id, connection: { direction } }) as unknown as KnownPeer
  const links = new SpareLinks({
    clock: { elapsed: () => now },
    peers: { get } as unknown as Peers,
    busy: (id) => busy.has(id),
    part: ({ id }) => void parted.push(id)
  })
  const after = (ms: number): void => {
    for (let left = ms; left > 0; left -= 1_000) {
      now += 1_000
      vi.advanceTimersByTime(1_000)
    }
  }
  return { links, parted, busy, after }
}

test('a link without a task for a minute is closed, and no timer is left', () => {
  const { links, parted, after } = book()
  links.note('a')
  after(60_000)
  expect(parted).toEqual([])
  after(2_000)
  expect(parted).toEqual(['a'])
  expect(vi.getTimerCount()).toBe(0)
})

test('a link with tasks stays', () => {
  const { links, parted, busy, after } = book()
  links.note('a')
  busy.add('a')
  after(200_000)
  expect(parted).toEqual([])
  expect(links.has('a')).toBe(true)
})

test('of too many, those that were not used for the longest time are closed', () => {
  const { links, parted, after } = book()
  for (let n = 0; n < SPARE_MAX + 2; n++) links.note(`peer ${n}`)
  after(3_000)
  expect(parted).toEqual(['peer 0', 'peer 1'])
})

test('who was dialled by the other side is left to it', () => {
  const { links, parted, after } = book('inbound')
  links.note('a')
  after(70_000)
  expect(parted).toEqual([])
  expect(links.has('a')).toBe(false)
})
