import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Seeker } from '../../../src/node/meet/seeker.ts'
import type { KnownPeer, Peers } from '../../../src/node/peers.ts'

interface Asked {
  readonly who: readonly string[]
  readonly further: boolean
}

let asked: Asked[]
let wanted: string[]
let elsewhere: number
let seeker: Seeker
let all: KnownPeer[]
/** Who is named, by the number of the question. */
let answers: string[][]
let silent: number
let hold: Promise<void> | undefined

const peer = (id: string, via = 'peer'): KnownPeer => {
  return { id, name: id, via, link: 'direct', skills: [] } as never
}

beforeEach(() => {
  vi.useFakeTimers()
  hold = undefined
  silent = 0
  ;[asked, wanted, elsewhere, answers] = [[], [], 0, []]
  all = Array.from({ length: 20 }, (_, n) => peer(`peer ${n}`))
  all.push(peer('guide', 'bootstrap'))
  const peers = {
    all: () => all,
    get: (id: string) => all.find((one) => one.id === id)
  } as unknown as Peers
  seeker = new Seeker({
    clock: { chance: () => 0.5 },
    peers,
    finder: {
      ask: async (some, _sought, further) => {
        asked.push({ who: some.map(({ id }) => id), further })
        const at = asked.length - 1
        await hold
        return { hints: (answers[at] ?? []).map((id) => ({ id, addresses: ['/x'] })), silent }
      }
    },
    want: ({ id }) => void wanted.push(id),
    elsewhere: async () => void elsewhere++
  })
})
afterEach(() => {
  seeker.stop()
  vi.useRealTimers()
})

test('those we joined through are asked first, and who is named is dialled', async () => {
  answers = [['found']]
  void seeker.seek({ skill: 'echo' })
  await vi.advanceTimersByTimeAsync(100)
  expect(asked).toHaveLength(1)
  expect(asked[0]?.who[0]).toBe('guide')
  expect(wanted).toEqual(['found'])
  expect(elsewhere).toBe(0)
})

test('when they know nobody, more are asked, then further, then elsewhere', async () => {
  void seeker.seek({ skill: 'echo' })
  await vi.advanceTimersByTimeAsync(100)
  expect(asked.map(({ who, further }) => [who.length, further])).toEqual([
    [2, false],
    [8, false],
    [2, true]
  ])
  expect(elsewhere).toBe(1)
})

test('it is tried three times in all, and ends at once when somebody fits', async () => {
  const over = seeker.seek({ skill: 'echo' })
  await vi.advanceTimersByTimeAsync(3_100)
  expect(asked).toHaveLength(6)
  all.push({ ...peer('found'), skills: [{ name: 'echo' }] } as never)
  await vi.advanceTimersByTimeAsync(4_000)
  await over
  expect(asked).toHaveLength(6)
})

test('the same search runs once, and few that are named are dialled', async () => {
  answers = [['a', 'b', 'c', 'd', 'peer 1']]
  expect(seeker.seek({ skill: 'echo' })).toBe(seeker.seek({ skill: 'echo' }))
  await vi.advanceTimersByTimeAsync(100)
  expect(wanted).toEqual(['a', 'b', 'c'])
})

test('many searches ask a few at a time, and each has its turn', async () => {
  const wait = Promise.withResolvers<void>()
  hold = wait.promise
  for (let n = 0; n < 20; n++) void seeker.seek({ skill: `skill ${n}` })
  await vi.advanceTimersByTimeAsync(100)
  expect(asked).toHaveLength(8)
  wait.resolve()
  await vi.advanceTimersByTimeAsync(100)
  // Each in three waves.
  expect(asked).toHaveLength(60)
})

test('while those that were asked may still answer, nobody looks elsewhere at once', async () => {
  silent = 1
  const over = seeker.seek({ skill: 'echo' })
  await vi.advanceTimersByTimeAsync(3_100)
  expect(elsewhere).toBe(0)
  await vi.advanceTimersByTimeAsync(4_000)
  await over
  expect(elsewhere).toBe(1)
})
