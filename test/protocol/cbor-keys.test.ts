import { expect, test } from 'vitest'
import { orderOf, placesOf } from '../../src/protocol/cbor-keys.ts'

test('maps of one form share one order, whatever their values are', () => {
  const order = orderOf({ trace: 1, at: 2, task: 3 })
  expect(order.keys).toEqual(['at', 'task', 'trace'])
  expect(orderOf({ trace: 'x', at: null, task: [] })).toBe(order)
  expect(orderOf({ at: 1, task: 2, trace: 3 })).toEqual(order)
})

test('a field without a value is none', () => {
  expect(orderOf({ a: undefined, b: 1, c: undefined }).keys).toEqual(['b'])
})

test('keys are written once, each with its head', () => {
  const long = 'k'.repeat(30)
  const { written = [] } = orderOf({ [long]: 1, at: 2 })
  expect(written.map((bytes) => Buffer.from(bytes).toString('latin1'))).toEqual([
    ...['\x62at', `\x78\x1e${long}`]
  ])
})

test('large and odd maps have an order all the same, which is not remembered', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, nth) => [`k${nth}`, nth]))
  for (const map of [many, { é: 1 }, { ['x'.repeat(65)]: 1 }]) {
    const order = orderOf(map)
    expect(order.written).toBeUndefined()
    expect(orderOf(map)).not.toBe(order)
    expect([...order.keys].sort()).toEqual(Object.keys(map).sort())
  }
})

test('more forms than are remembered push each other out, and none is wrong', () => {
  for (let turn = 0; turn < 3; turn++) {
    for (let form = 0; form < 20; form++) {
      expect(orderOf({ [`zz${form}`]: 1, a: 2 }).keys).toEqual(['a', `zz${form}`])
    }
  }
})

test('places say how many of the others come before, for each form of the others', () => {
  const own = orderOf({ at: 1, seq: 2, type: 3, ahead: 4 })
  const executor = orderOf({ peer: 1, task: 2, trace: 3, parent: 4 })
  const requester = orderOf({ peer: 1, trace: 2 })
  const [of, among] = [placesOf(own, executor), placesOf(own, requester)]
  expect([of, among]).toEqual([
    [0, 0, 2, 2],
    [0, 0, 1, 1]
  ])
  // An agent that hands on tells of both sides in turn: neither is worked out again.
  for (let turn = 0; turn < 2; turn++) {
    expect(placesOf(own, executor)).toBe(of)
    expect(placesOf(own, requester)).toBe(among)
  }
  expect(() => placesOf(own, orderOf({ seq: 1 }))).toThrow(TypeError)
})
