import { expect, test } from 'vitest'
import { Turns } from '../../src/gateway/turns.ts'

const { signal } = new AbortController()
const BUSY = { code: 'BUSY', facts: { retryAfterMs: 2_000 } }

test('so many work at once, and who waits comes in order', async () => {
  const turns = new Turns({ working: 2, waiting: 10, ofOne: 10 })
  const came: number[] = []
  const all = Array.from({ length: 6 }, async (_, nth) => {
    const turn = await turns.take('a', signal)
    came.push(nth)
    return turn
  })
  const [first, second] = [await all[0], await all[1]]
  await Promise.resolve()
  expect(came).toEqual([0, 1])
  // Both at once: neither turn is lost.
  first?.[Symbol.dispose]()
  second?.[Symbol.dispose]()
  second?.[Symbol.dispose]()
  await Promise.all([all[2], all[3]])
  expect(came).toEqual([0, 1, 2, 3])
  for (const turn of all.slice(2)) (await turn)[Symbol.dispose]()
  expect(came).toEqual([0, 1, 2, 3, 4, 5])
})

test('who finds too many before him is turned away with a time', async () => {
  const turns = new Turns({ working: 1, waiting: 1, ofOne: 10 })
  const turn = await turns.take('a', signal)
  const waits = turns.take('b', signal)
  await expect(turns.take('c', signal)).rejects.toMatchObject(BUSY)
  turn[Symbol.dispose]()
  ;(await waits)[Symbol.dispose]()
})

test('one caller leaves room for others', async () => {
  const turns = new Turns({ working: 1, waiting: 10, ofOne: 2 })
  const turn = await turns.take('a', signal)
  const waits = turns.take('a', signal)
  await expect(turns.take('a', signal)).rejects.toMatchObject(BUSY)
  const other = turns.take('b', signal)
  turn[Symbol.dispose]()
  ;(await waits)[Symbol.dispose]()
  ;(await other)[Symbol.dispose]()
  ;(await turns.take('a', signal))[Symbol.dispose]()
})

test('who waits too long, or goes, makes room', async () => {
  const turns = new Turns({ working: 1, waiting: 1, ofOne: 10, waitMs: 10 })
  const turn = await turns.take('a', signal)
  await expect(turns.take('b', signal)).rejects.toMatchObject(BUSY)
  const gone = new AbortController()
  const going = turns.take('b', gone.signal)
  gone.abort(new Error('gone'))
  await expect(going).rejects.toThrow('gone')
  await expect(turns.take('b', gone.signal)).rejects.toThrow('gone')
  turn[Symbol.dispose]()
  ;(await turns.take('b', signal))[Symbol.dispose]()
})

test('what was answered and not read keeps others from beginning', async () => {
  const turns = new Turns({ working: 2, waiting: 10, ofOne: 10, unreadBytes: 100, waitMs: 20 })
  const turn = await turns.take('a', signal)
  turn.answered(99)
  const other = await turns.take('a', signal)
  other.answered(1)
  await expect(turns.take('a', signal)).rejects.toMatchObject(BUSY)
  const waits = turns.take('a', signal)
  other[Symbol.dispose]()
  ;(await waits)[Symbol.dispose]()
  turn[Symbol.dispose]()
})

test('one who asks much waits for itself, and who comes later comes between', async () => {
  const turns = new Turns({ working: 1, waiting: 10, ofOne: 8 })
  const came: string[] = []
  const read = async (who: string): Promise<void> => {
    using _ = await turns.take(who, signal)
    came.push(who)
    await Promise.resolve()
  }
  const all = ['a', 'a', 'a', 'a', 'b', 'b', 'c']
  await Promise.all(all.map((who) => read(who)))
  expect(came.join('')).toBe('aabcaba')
})

test('a turn that is given counts before whoever has it notices', async () => {
  const turns = new Turns({ working: 1, waiting: 10, ofOne: 8 })
  const first = await turns.take('a', signal)
  first.answered(1)
  const second = await turns.take('a', signal)
  const third = turns.take('a', signal)
  let fourth = false
  const last = turns.take('a', signal).then((turn) => {
    fourth = true
    return turn
  })
  second[Symbol.dispose]()
  first[Symbol.dispose]()
  const turn = await third
  await Promise.resolve()
  expect(fourth).toBe(false)
  turn[Symbol.dispose]()
  ;(await last)[Symbol.dispose]()
})
