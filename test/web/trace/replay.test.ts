import { expect, test } from 'vitest'
import { Hidden, replay, stateAfter, textOf } from '../../../web/src/trace/state/replay.ts'
import type { Step, ToldChange } from '../../../web/src/trace/state/replay.ts'

let told = 0
const change = (op: string, path: string, more: Partial<ToldChange> = {}): ToldChange => ({
  ...{ id: `f${String(++told).padStart(4, '0')}`, atUs: told, op, path, from: null },
  ...{ author: 'a', span: null, bytes: null, conflicts: [], ...more }
})
const play = (...changes: ToldChange[]) => replay([{ key: 'all', changes }])
const last = (...changes: ToldChange[]) => stateAfter(play(...changes))
/** After each of them. */
const states = (steps: readonly Step[]) => steps.map((_, at) => stateAfter(steps.slice(0, at + 1)))

test('each change knows what stood there before and what stands there after', () => {
  const steps = play(
    change('add', '/budget', { value: 400 }),
    change('replace', '/budget', { value: 250 }),
    change('remove', '/budget')
  )
  expect(steps.map(({ before, after }) => [before, after])).toEqual([
    [undefined, 400],
    [400, 250],
    [250, undefined]
  ])
})

test('the state at a step stays as it was, whatever came later', () => {
  const steps = play(
    change('add', '/list', { value: ['a'] }),
    change('add', '/list/-', { value: 'b' }),
    change('add', '/list/0', { value: 'c' }),
    change('replace', '/list/1', { value: 'A' }),
    change('remove', '/list/2')
  )
  const lists = states(steps).map((state) => (state as { list: string[] }).list.join(''))
  expect(lists).toEqual(['a', 'ab', 'cab', 'cAb', 'cA'])
})

test('changes of other keys come in the order of time, not of keys', () => {
  const [one, two, three] = [
    change('add', '/a', { value: 1 }),
    change('add', '/b', { value: 2 }),
    change('copy', '/a', { from: '/b' })
  ]
  const steps = replay([
    { key: 'a', changes: [one, three] },
    { key: 'b', changes: [two] }
  ])
  expect(states(steps)).toEqual([{ a: 1 }, { a: 1, b: 2 }, { a: 2, b: 2 }])
})

test('a value that was not told is hidden, with its size, and so is what is moved from it', () => {
  const steps = play(
    change('add', '/secret', { bytes: 120 }),
    change('move', '/kept', { from: '/secret' })
  )
  expect(steps[0]?.after).toBeInstanceOf(Hidden)
  expect(textOf(stateAfter(steps))).toBe('{\n  "kept": ‹not shown, 120 bytes›\n}')
})

test('what a producer says stood there fills in what was never told', () => {
  const [step] = play(change('replace', '/word', { value: 'cave', before: 'sand' }))
  expect([step?.before, step?.after]).toEqual(['sand', 'cave'])
})

test('escaped keys, missing parents and keys that name a prototype are ordinary', () => {
  expect(last(change('add', '/a~1b/~0c', { value: 1 }))).toEqual({ 'a/b': { '~c': 1 } })
  const state = last(change('add', '/__proto__/polluted', { value: true }))
  expect(Object.keys(state as object)).toEqual(['__proto__'])
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test('a patch that does not fit never throws', () => {
  const odd = [
    change('remove', '/not/there'),
    change('replace', '/list/99', { value: 1 }),
    change('add', '/list', { value: [] }),
    change('replace', '/list/99', { value: 1 }),
    change('remove', '/list/x'),
    change('dance', '/list'),
    change('remove', '')
  ]
  expect(last(...odd)).toEqual({})
})

test('no step keeps the whole state, however many there are', () => {
  const list = change('add', '/list', { value: [] })
  const appends = Array.from({ length: 5_000 }, () => change('add', '/list/-', { value: 'x' }))
  const steps = play(list, ...appends)
  expect(stateAfter(steps)).toEqual({ list: appends.map(() => 'x') })
  expect(steps.slice(1).every((step) => JSON.stringify(step).length < 500)).toBe(true)
})

test('a path that nobody means changes nothing, and never throws', () => {
  const deep = '/a'.repeat(100_000)
  const odd = [change('remove', deep), change('add', deep), change('copy', '/b', { from: deep })]
  expect(last(change('add', '/a', { value: 1 }), ...odd)).toEqual({ a: 1 })
})

test('copies of the whole into itself are written down to a bound', () => {
  const copies = Array.from({ length: 60 }, (_, at) =>
    change('copy', `/${at % 2 === 0 ? 'left' : 'right'}`, { from: '' })
  )
  expect(textOf(last(change('add', '/seed', { value: 1 }), ...copies))).toContain('…')
  const deeper = Array.from({ length: 500 }, () => change('copy', '/a'.repeat(90), { from: '' }))
  expect(textOf(last(change('add', '/seed', { value: 1 }), ...deeper))).toContain('…')
})
