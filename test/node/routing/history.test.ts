import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  endingOf,
  ENDINGS,
  HALF_LIFE_MS,
  History,
  REMEMBERED_MAX
} from '../../../src/node/routing/history.ts'

function at(start = 1_000_000) {
  const clock = { now: start }
  return { clock, history: new History(() => clock.now) }
}

test('whoever is unknown is as good as whoever never failed', () => {
  const { history } = at()
  expect(history.of('a')).toEqual({ standing: 1, done: 0, trouble: 0 })
  history.note('a', 'done')
  expect(history.of('a').standing).toBe(1)
})

test('a failure weighs less the more was done', () => {
  const { history } = at()
  history.note('new', 'lost')
  for (let task = 0; task < 9; task++) history.note('old', 'done')
  history.note('old', 'lost')
  expect(history.of('new').standing).toBeCloseTo(0.5, 6)
  expect(history.of('old').standing).toBeCloseTo(1 - 1 / 11, 6)
})

test('to be full is little, to lie is much', () => {
  const { history } = at()
  for (const ending of ENDINGS) history.note(ending, ending)
  const standings = ['done', 'busy', 'late', 'false'].map((peer) => history.of(peer).standing)
  expect(standings).toEqual(standings.toSorted((one, other) => other - one))
  expect(history.of('busy').trouble).toBe(0.25)
  expect(history.of('false').trouble).toBe(5)
})

test('after a half-life everything counts half, also what comes later', () => {
  const { clock, history } = at()
  history.note('a', 'lost')
  history.note('a', 'done')
  clock.now += HALF_LIFE_MS
  expect(history.of('a')).toMatchObject({ trouble: 0.5, done: 0.5 })
  history.note('a', 'lost')
  expect(history.of('a').trouble).toBeCloseTo(1.5, 6)
  clock.now += 20 * HALF_LIFE_MS
  expect(history.of('a').standing).toBeGreaterThan(0.999)
})

test('a clock that is set back makes nothing stronger', () => {
  const { clock, history } = at()
  history.note('a', 'lost')
  clock.now -= HALF_LIFE_MS
  expect(history.of('a').trouble).toBe(1)
})

test('it is bounded, and the peer longest without news is forgotten first', () => {
  const { history } = at()
  for (let peer = 0; peer <= REMEMBERED_MAX; peer++) {
    history.note(`${peer}`, 'lost')
    history.note('0', 'lost')
  }
  expect(history.of('0').trouble).toBeGreaterThan(100)
  expect(history.of('1').trouble).toBe(0)
  expect(history.of('2').trouble).toBe(1)
})

test('what is saved is loaded, and has faded meanwhile', () => {
  const { clock, history } = at()
  for (const ending of ENDINGS) history.note('a', ending)
  const later = new History(() => clock.now + HALF_LIFE_MS)
  later.load(history.save())
  expect(later.of('a').trouble).toBeCloseTo(history.of('a').trouble / 2, 2)
  expect(later.of('a').done).toBeCloseTo(0.5, 2)
})

test('a file that says anything else is as good as none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const { history } = at()
      history.load(text)
      expect(history.of('a').standing).toBe(1)
    })
  )
  const { history } = at()
  history.load(
    JSON.stringify({
      v: 1,
      peers: [
        ['a', 5, -1, 'x', null, 'many'],
        ['b', 9e15, 1, 1]
      ]
    })
  )
  expect(history.of('a')).toEqual({ standing: 1, done: 0, trouble: 0 })
  expect(history.of('b').done).toBe(0)
})

test('an error speaks against the peer only when it is its doing', () => {
  expect(endingOf('PEER_LOST')).toBe('lost')
  expect(endingOf('RESULT_MISMATCH')).toBe('false')
  for (const code of ['LOOP', 'RELAY_LIMIT', 'NOT_ADMITTED'] as const) {
    expect(endingOf(code)).toBeUndefined()
  }
  // Its word, which may be true: a little.
  for (const code of ['INPUT_INVALID', 'SKILL_FAILED', 'CANCELED', 'BUDGET_EXCEEDED'] as const) {
    expect(endingOf(code)).toBe('undone')
  }
})

test('who fails at once, and is always idle, is soon no better than who is half busy', () => {
  const { history } = at()
  for (let task = 0; task < 4; task++) history.note('hole', 'undone')
  expect(history.of('hole').standing).toBe(0.5)
})
