import { expect, test } from 'vitest'
import { KnownLogs } from '../../../src/observer/collect/known-logs.ts'

function setup() {
  const state = { elapsed: 0 }
  const here = new Set<string>()
  const clock = { elapsed: () => state.elapsed }
  return { logs: new KnownLogs(clock, () => [...here]), state, here }
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

test('whoever only said that it is there makes room; what is held stays', () => {
  const { logs } = setup()
  logs.meet({ by: 'held', boot: '1' })?.hold([{ from: 0, to: 5 }])
  for (let nth = 0; nth < 10_000; nth++) {
    expect(logs.meet({ by: `made up ${nth}`, boot: '1' })).toBeDefined()
  }
  expect([logs.knows('held'), logs.knows('made up 0'), logs.knows('made up 9999')]).toEqual([
    ...[true, false, true]
  ])
  expect(logs.all().length).toBeLessThanOrEqual(4_096)
})

test('a full house of those that are held takes nobody more, also after a restart', () => {
  const { logs } = setup()
  const held = [{ from: 0, to: 5 }]
  logs.restore([
    ...Array.from({ length: 5_000 }, (_, nth) => ({
      by: `e${nth}`,
      boot: '1',
      held: [],
      ...nothing
    })),
    ...Array.from({ length: 4_096 }, (_, nth) => ({ by: `h${nth}`, boot: '1', held, ...nothing }))
  ])
  expect([logs.knows('h4095'), logs.knows('e0')]).toEqual([true, false])
  expect(logs.meet({ by: 'new', boot: '1' })).toBeUndefined()
})

test('in a house full of made-up producers whoever is here takes the place of one', () => {
  const { logs, here } = setup()
  for (let nth = 0; nth < 4_096; nth++) {
    logs.meet({ by: `${nth}`, boot: '1' })?.hold([{ from: 0, to: nth === 7 ? 1 : 5 }])
  }
  expect(logs.meet({ by: 'real', boot: '1' })).toBeUndefined()
  here.add('real').add('3')
  expect(logs.meet({ by: 'real', boot: '1' })).toBeDefined()
  expect([logs.knows('7'), logs.knows('3'), logs.all().length]).toEqual([false, true, 4_096])
})

test('made-up producers with many starts each are bounded together', () => {
  const { logs } = setup()
  for (let by = 0; by < 600; by++) {
    for (let boot = 0; boot < 200; boot++) {
      logs.meet({ by: `${by}`, boot: `${boot}` })?.hold([{ from: 0, to: 1 }])
    }
  }
  expect(logs.all().length).toBeLessThan(65_536 + 600 * 64)
  expect(logs.all().filter(({ by }) => by === '599')).toHaveLength(64)
})

test('starts of one producer that were never fetched go first', () => {
  const { logs, state } = setup()
  for (let nth = 0; nth < 2_000; nth++) {
    state.elapsed += 5_000
    expect(logs.meet({ by: 'a', boot: `${nth}` })).toBeDefined()
  }
  expect(logs.all().length).toBeLessThanOrEqual(1_024)
})

test('logs are told in one order, and from any place on, be it there or not', () => {
  const { logs } = setup()
  for (const name of ['b2', 'a3', 'b1', 'c1', 'a1']) {
    logs.meet({ by: name.charAt(0), boot: name.charAt(1) })
  }
  const after = (name?: { by: string; boot: string }) =>
    [...logs.after(name)].map(({ by, boot }) => by + boot)
  expect(after()).toEqual(['a1', 'a3', 'b1', 'b2', 'c1'])
  expect(after({ by: 'a', boot: '2' })).toEqual(['a3', 'b1', 'b2', 'c1'])
  expect(after({ by: 'b', boot: '1' })).toEqual(['b2', 'c1'])
  expect(after({ by: 'bb', boot: '1' })).toEqual(['c1'])
  expect(after({ by: 'c', boot: '1' })).toEqual([])
})

test('a start of which the store has nothing left makes room for a new one', () => {
  const { logs, state } = setup()
  const held = [{ from: 0, to: 5 }]
  const past = { starts: 1, emitted: 5, held: 5, dropped: 0 }
  const start = (boot: string) => ({ by: 'a', boot, held, ...nothing })
  logs.restore([
    ...Array.from({ length: 1_000 }, (_, nth) => ({ ...start(`old ${nth}`), past })),
    ...Array.from({ length: 1_000 }, (_, nth) => start(`kept ${nth}`))
  ])
  expect(logs.all().length).toBe(1_024)
  expect(logs.get({ by: 'a', boot: 'kept 999' })).toBeDefined()
  for (let nth = 0; nth < 24; nth++) {
    state.elapsed += 5_000
    expect(logs.meet({ by: 'a', boot: `new ${nth}` })).toBeDefined()
    logs.get({ by: 'a', boot: `new ${nth}` })?.hold(held)
  }
  state.elapsed += 5_000
  expect(logs.meet({ by: 'a', boot: 'one too many' })).toBeUndefined()
  expect(logs.get({ by: 'a', boot: 'kept 0' })).toBeDefined()
})
