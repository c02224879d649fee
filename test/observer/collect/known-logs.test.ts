import { expect, test } from 'vitest'
import { KnownLogs } from '../../../src/observer/collect/known-logs.ts'

function setup() {
  const state = { elapsed: 0 }
  return { logs: new KnownLogs({ elapsed: () => state.elapsed }), state }
}
const nothing = { duplicates: 0, late: 0, refused: {}, forks: [] }

test('what a store holds is known again, and the newest start is the one heard of last', () => {
  const { logs } = setup()
  const counters = { by: 'a', boot: '02', next: 9, oldest: 0, dropped: 0, issued: 50 }
  logs.restore([
    { by: 'a', boot: '01', held: [{ from: 0, to: 5 }], ...nothing },
    { by: 'a', boot: '02', held: [{ from: 0, to: 7 }], counters, ...nothing },
    { by: 'a', boot: '03', held: [], ...nothing, forks: [{ first: 3, digests: ['x', 'y'] }] }
  ])
  expect(logs.newest('a')).toMatchObject({ boot: '02', next: 7 })
  expect([...(logs.get({ by: 'a', boot: '03' })?.forks ?? [])]).toEqual([3])
  expect([logs.knows('a'), logs.knows('b'), logs.newest('b')]).toEqual([true, false, undefined])
})

test('one producer has so many starts and no more, until time has passed', () => {
  const { logs, state } = setup()
  const meet = (nth: number) => logs.meet({ by: 'a', boot: `${nth}` })
  const met = Array.from({ length: 400 }, (_, nth) => meet(nth)).filter((log) => log !== undefined)
  expect(met.length).toBe(257)
  expect(meet(3)).toBe(met[3])
  expect(logs.meet({ by: 'b', boot: '1' })).toBeDefined()
  state.elapsed = 5_000
  expect(meet(399)).toBeDefined()
})
