import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lane } from '../../src/tasks/lane.ts'
import { Queue } from '../../src/tasks/queue.ts'

type Priority = 'low' | 'normal' | 'high'

interface Item {
  readonly from: string
  readonly n: number
  readonly priority: Priority
  readonly cost: number
  readonly accepted: number
}

class Line {
  readonly queue: Queue<Item>

  constructor(max: number) {
    this.queue = new Queue(max)
  }

  push(from: string, n: number, more: Partial<Item> = {}): Item {
    const item: Item = { from, n, priority: 'normal', cost: 10, accepted: 0, ...more }
    this.queue.push(this.queue.lane(from), item)
    return item
  }

  lane(from: string): Lane<Item> {
    return this.queue.lane(from)
  }

  /** One at a time, each taking as long as expected. */
  drain(): string[] {
    const order: string[] = []
    for (let item = this.queue.shift(); item !== undefined; item = this.queue.shift()) {
      order.push(`${item.from}${item.n}`)
      this.queue.end(this.lane(item.from), item.cost, item.cost)
    }
    return order
  }
}

describe('the queue', () => {
  it('serves one peer in order', () => {
    const line = new Line(10)
    for (const n of [1, 2, 3]) line.push('a', n)
    expect(line.drain()).toEqual(['a1', 'a2', 'a3'])
  })

  it('serves peers in turn, so that nobody waits for all the work of another', () => {
    const line = new Line(10)
    for (const n of [1, 2, 3]) line.push('a', n)
    for (const n of [1, 2]) line.push('b', n)
    expect(line.drain()).toEqual(['a1', 'b1', 'a2', 'b2', 'a3'])
  })

  it('goes by service and not by number: short tasks come more often than long ones', () => {
    const line = new Line(10)
    for (const n of [1, 2, 3]) line.push('long', n, { cost: 30 })
    for (const n of [1, 2, 3, 4, 5, 6]) line.push('short', n)
    expect(line.drain().join(' ')).toBe(
      'long1 short1 short2 short3 long2 short4 short5 short6 long3'
    )
  })

  it('goes by what tasks took and not by what they were expected to take', () => {
    const { queue, ...line } = new Line(100)
    expect(line).toEqual({})
    const took = { liar: 40, honest: 10 }
    const had = { liar: 0, honest: 0 }
    const add = (from: 'liar' | 'honest', n: number): void => {
      queue.push(queue.lane(from), { from, n, priority: 'normal', cost: 10, accepted: 0 })
    }
    for (let n = 0; n < 100; n++) for (const from of ['liar', 'honest'] as const) add(from, n)
    for (let n = 0; n < 50; n++) {
      const { from, cost } = queue.shift() ?? { from: '', cost: 0 }
      const who = from as 'liar' | 'honest'
      had[who] += took[who]
      queue.end(queue.lane(who), cost, took[who])
    }
    expect(Math.abs(had.liar - had.honest)).toBeLessThanOrEqual(40)
  })

  it('gives twice the share twice the service', () => {
    const line = new Line(100)
    for (let n = 0; n < 30; n++) for (const from of ['one', 'two']) line.push(from, n)
    line.queue.lane('two', 2)
    const order: string[] = []
    for (let n = 0; n < 30; n++) order.push(line.queue.shift()?.from ?? '')
    expect(order.filter((from) => from === 'two')).toHaveLength(20)
  })

  it('serves higher priorities first, but only before tasks of the same peer', () => {
    const line = new Line(10)
    for (const n of [1, 2]) line.push('b', n)
    line.push('a', 1, { priority: 'low' })
    line.push('a', 2)
    line.push('a', 3, { priority: 'high' })
    line.push('a', 4, { priority: 'high' })
    expect(line.drain()).toEqual(['b1', 'a3', 'b2', 'a4', 'a2', 'a1'])
  })

  it('gives nothing for a rest: who comes back has not saved up any turns', () => {
    const line = new Line(100)
    line.push('b', 0)
    for (let n = 0; n < 40; n++) line.push('a', n)
    for (let n = 0; n < 20; n++) line.queue.shift()
    for (let n = 1; n < 5; n++) line.push('b', n)
    expect(line.drain().slice(0, 6)).toEqual(['b1', 'b2', 'a19', 'b3', 'a20', 'b4'])
  })

  it('lets go of what was canceled, once', () => {
    const line = new Line(3)
    const item = line.push('a', 1, { priority: 'high' })
    line.push('a', 2)
    const lane = line.lane('a')
    expect(line.queue.remove(lane, item)).toBe(true)
    expect(line.queue.remove(lane, item)).toBe(false)
    expect([line.queue.size, lane.size, lane.ms]).toEqual([1, 1, 10])
    expect(line.drain()).toEqual(['a2'])
    expect(line.queue.shift()).toBeUndefined()
  })
})

describe('the room of the queue', () => {
  const fill = (line: Line, from: string): number => {
    const lane = line.lane(from)
    while (line.queue.hasRoom(lane)) line.push(from, 0)
    return lane.size
  }

  it('is the whole of it for one peer alone', () => {
    expect(fill(new Line(64), 'a')).toBe(64)
    expect(fill(new Line(0), 'a')).toBe(0)
  })

  it('always leaves some for the next peer, and has an end', () => {
    const line = new Line(64)
    const sizes = Array.from({ length: 9 }, (_, n) => fill(line, `peer ${n}`))
    expect(sizes).toEqual([64, 32, 16, 8, 4, 2, 1, 1, 0])
    expect(line.queue.size).toBe(128)
  })

  it('evens out as peers that have more than the others find none until they have less', () => {
    const line = new Line(60)
    for (const from of ['a', 'b', 'c']) fill(line, from)
    for (let n = 0; n < 600; n++) {
      const { from, cost } = line.queue.shift() ?? { from: '', cost: 0 }
      line.queue.end(line.lane(from), cost, cost)
      for (const peer of ['a', 'b', 'c']) fill(line, peer)
    }
    const sizes = ['a', 'b', 'c'].map((from) => line.lane(from).size)
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(2)
  })
})

describe('what the queue knows of waits', () => {
  it('is the own work before it, and what others get meanwhile', () => {
    const line = new Line(100)
    for (let n = 0; n < 20; n++) line.push('a', n)
    for (let n = 0; n < 2; n++) line.push('b', n)
    const ahead = (from: string, priority: Priority = 'normal') => {
      const lane = line.lane(from)
      return line.queue.ahead(lane, lane.ahead(priority))
    }
    expect(ahead('a')).toEqual({ tasks: 22, ms: 220 })
    expect(ahead('b')).toEqual({ tasks: 4, ms: 40 })
    expect(ahead('b', 'high')).toEqual({ tasks: 0, ms: 0 })
    expect(ahead('c')).toEqual({ tasks: 0, ms: 0 })
  })

  it('is the share of the runners, and half of what runs', () => {
    const line = new Line(10)
    line.queue.begin(line.lane('a'), 100)
    line.queue.begin(line.lane('b'), 100)
    expect(line.queue.waitMs({ tasks: 3, ms: 300 }, 2, 1_000)).toBe(200)
    // Priced before it was known how quick tasks are.
    expect(line.queue.waitMs({ tasks: 3, ms: 300 }, 2, 10)).toBe(20)
    line.queue.end(line.lane('a'), 100, 1)
    line.queue.end(line.lane('b'), 100, 1)
    expect(line.queue.waitMs({ tasks: 3, ms: 300 }, 2, 1_000)).toBe(150)
  })

  it('says how many wait, and the oldest how long', () => {
    const line = new Line(10)
    expect(line.queue.waiting(50)).toEqual({ peers: 0, longestMs: 0 })
    line.push('a', 1, { accepted: 30 })
    line.push('a', 2, { accepted: 20, priority: 'low' })
    line.push('b', 1, { accepted: 40 })
    expect(line.queue.waiting(50)).toEqual({ peers: 2, longestMs: 30 })
  })
})

/** Tasks of one peer that the runners are given while they last: expected and real service, ms. */
const service = fc.record({
  cost: fc.integer({ min: 1, max: 100 }),
  took: fc.integer({ min: 1, max: 100 })
})

/** Runners in a time of our own: whoever is over first takes the next. */
function simulate(
  capacity: number,
  line: Line,
  each: (at: number, begun: Item | undefined) => void
) {
  const running: { item: Item; over: number }[] = []
  let at = 0
  for (;;) {
    while (running.length < capacity) {
      const item = line.queue.shift()
      if (item === undefined) break
      running.push({ item, over: at + item.accepted })
      each(at, item)
    }
    running.sort((one, other) => one.over - other.over)
    const first = running.shift()
    if (first === undefined) return
    at = first.over
    line.queue.end(line.lane(first.item.from), first.item.cost, first.item.accepted)
    each(at, undefined)
  }
}

describe('fairness, whatever tasks cost and whatever they were thought to cost', () => {
  const capacities = fc.integer({ min: 1, max: 8 })

  it('lets a peer that comes back wait for at most one task of each other peer', () => {
    const property = (capacity: number, flood: Service[], guests: Service[]): void => {
      const line = new Line(10_000)
      const add = (from: string, { cost, took }: Service): Item => {
        // `accepted` carries what it will take.
        return line.push(from, 0, { cost, accepted: took })
      }
      for (const from of ['f', 'g']) for (const each of flood) add(from, each)
      const waiting = new Map<string, Map<string, number>>()
      let turn = 0
      simulate(capacity, line, (_at, begun) => {
        if (begun !== undefined) {
          waiting.delete(begun.from)
          for (const [guest, seen] of waiting) {
            const before = (seen.get(begun.from) ?? 0) + 1
            expect(before, `${begun.from} before ${guest}`).toBeLessThanOrEqual(1)
            seen.set(begun.from, before)
          }
          return
        }
        const next = guests[turn]
        if (next === undefined) return
        const name = `guest ${turn++}`
        add(name, next)
        waiting.set(name, new Map())
      })
    }
    const tasks = fc.array(service, { minLength: 50, maxLength: 200 })
    const guests = fc.array(service, { maxLength: 20 })
    fc.assert(fc.property(capacities, tasks, guests, property), { seed: 7, numRuns: 200 })
  })

  it('gives peers that always wait the service of their shares', () => {
    const property = (capacity: number, share: number, tasks: [Service[], Service[]]): void => {
      const line = new Line(10_000)
      const names = ['a', 'b'] as const
      for (const [n, from] of names.entries()) {
        for (const { cost, took } of tasks[n] ?? []) line.push(from, 0, { cost, accepted: took })
      }
      line.queue.lane('b', share)
      const had = { a: 0, b: 0 }
      simulate(capacity, line, (_at, begun) => {
        if (begun === undefined || names.some((from) => line.lane(from).size === 0)) return
        had[begun.from as 'a' | 'b'] += begun.accepted
        // What may be wrong: a task of each, and what is not put right yet of those that run.
        const bound = (capacity + 1) * (100 + 100 / share)
        expect(Math.abs(had.a - had.b / share)).toBeLessThanOrEqual(bound)
      })
    }
    const tasks = fc.array(service, { minLength: 200, maxLength: 400 })
    const shares = fc.constantFrom(1, 2, 5)
    fc.assert(fc.property(capacities, shares, fc.tuple(tasks, tasks), property), {
      ...{ seed: 7, numRuns: 100 }
    })
  })
})

interface Service {
  readonly cost: number
  readonly took: number
}
