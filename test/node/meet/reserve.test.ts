import { expect, test } from 'vitest'
import { PEERS_WANTED, Reserve } from '../../../src/node/meet/reserve.ts'

const state = { peers: 0, dialing: 0 }
const make = (peers: number, dialing = 0): Reserve => {
  Object.assign(state, { peers, dialing })
  return new Reserve(
    () => state.peers,
    () => state.dialing,
    () => 0
  )
}

test('while peers are missing, nobody is kept; with enough, everybody is', () => {
  const reserve = make(PEERS_WANTED - 1)
  expect(reserve.keeps('a')).toBe(false)
  state.peers = PEERS_WANTED
  expect(reserve.keeps('a')).toBe(true)
})

test('whom a task wants is not kept, however many there are', () => {
  const reserve = make(PEERS_WANTED * 2)
  reserve.want('a')
  expect(reserve.keeps('a')).toBe(false)
  expect(reserve.hasRoom('a')).toBe(true)
  reserve.forget('a')
  expect(reserve.keeps('a')).toBe(true)
})

test('as many come out as are missing, each once', () => {
  const reserve = make(PEERS_WANTED)
  for (const key of ['a', 'b', 'c']) reserve.keeps(key)
  expect(reserve.missing()).toEqual([])
  state.peers = PEERS_WANTED - 2
  expect(reserve.missing()).toHaveLength(2)
  expect(reserve.missing()).toHaveLength(1)
  expect(reserve.missing()).toEqual([])
})

test('those that are being dialled leave room for few more', () => {
  expect(make(0, 3).hasRoom('a')).toBe(true)
  expect(make(0, 4).hasRoom('a')).toBe(false)
  expect(make(PEERS_WANTED - 2, 2).hasRoom('a')).toBe(false)
})

test('any one can be named, and stays', () => {
  const reserve = make(PEERS_WANTED)
  expect(reserve.any()).toBeUndefined()
  reserve.keeps('a')
  expect(reserve.any()).toBe('a')
  expect(reserve.any()).toBe('a')
})
