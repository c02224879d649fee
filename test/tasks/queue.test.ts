import { describe, expect, it } from 'vitest'
import { Queue } from '../../src/tasks/queue.ts'

interface Item {
  readonly from: string
  readonly n: number
}

function drain(queue: Queue<Item>): string[] {
  const order: string[] = []
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    order.push(`${item.from}${item.n}`)
  }
  return order
}

describe('the queue', () => {
  it('serves one peer in order', () => {
    const queue = new Queue<Item>(10)
    for (const n of [1, 2, 3]) queue.push({ from: 'a', n })
    expect(drain(queue)).toEqual(['a1', 'a2', 'a3'])
  })

  it('serves peers in turn, so that nobody waits for all the work of another', () => {
    const queue = new Queue<Item>(10)
    for (const n of [1, 2, 3]) queue.push({ from: 'a', n })
    for (const n of [1, 2]) queue.push({ from: 'b', n })
    expect(drain(queue)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3'])
  })

  it('counts, and knows when it is full', () => {
    const queue = new Queue<Item>(1)
    expect(queue.full).toBe(false)
    queue.push({ from: 'a', n: 1 })
    expect([queue.full, queue.size]).toEqual([true, 1])
  })

  it('lets go of what was canceled, once', () => {
    const queue = new Queue<Item>(3)
    const item = { from: 'a', n: 1 }
    queue.push(item)
    queue.push({ from: 'a', n: 2 })
    expect([queue.remove(item), queue.remove(item)]).toEqual([true, false])
    expect(drain(queue)).toEqual(['a2'])
  })

  it('estimates the wait from what it has learned', () => {
    const queue = new Queue<Item>(100)
    expect(queue.retryAfterMs(2)).toBe(1000)
    queue.learn(400)
    for (let n = 0; n < 10; n++) queue.push({ from: 'a', n })
    expect(queue.retryAfterMs(2)).toBe(1200)
    expect(queue.retryAfterMs(4)).toBe(600)
    for (let n = 0; n < 50; n++) queue.learn(0)
    expect(queue.retryAfterMs(2)).toBe(50)
    for (let n = 0; n < 50; n++) queue.learn(1e9)
    expect(queue.retryAfterMs(2)).toBe(60_000)
  })
})
