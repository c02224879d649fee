import { beforeEach, expect, test } from 'vitest'
import { StuckEndings } from '../../src/node/journal-stuck.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'

const MIB = 1024 * 1024
const FULL = new PeerworkError('STORE_FAILED', 'full')
let room = 0
let written: string[] = []
let complaints: string[] = []
let stuck: StuckEndings<{ expires: number }>

beforeEach(() => {
  ;[room, written, complaints] = [0, [], []]
  stuck = new StuckEndings({
    // A disk that takes answers up to so many bytes.
    write: (name, { ending }) => {
      if ((ending.output?.length ?? 0) >= room) return FULL
      written.push(ending.result === null ? `${name} forgotten` : name)
      return undefined
    },
    complain: ({ message }) => void complaints.push(message),
    shrink: () => undefined
  })
})

const ended = (bytes: number, expires = 2_000) => {
  const ending = { result: Uint8Array.of(1), output: new Uint8Array(bytes), patch: null }
  return { entry: { expires }, ending }
}

test('what the disk takes by itself is written and not kept', () => {
  room = 10
  stuck.add(new Map([...['small', 'large'].entries()].map(([at, name]) => [name, ended(at * 20)])))
  expect(written).toEqual(['small'])
  expect([stuck.get('small'), stuck.get('large') === undefined]).toEqual([undefined, false])
  expect(complaints).toEqual(['full'])
})

test('what waits is written once there is room, and complained of only once', () => {
  stuck.add(new Map([['a', ended(5)]]))
  stuck.again(1_000)
  room = 10
  expect(stuck.again(1_000)).toEqual([])
  expect([written, complaints, stuck.get('a')]).toEqual([['a'], ['full'], undefined])
})

test('after five tries only that it ended is written, once there is room for that', () => {
  room = 1
  stuck.add(new Map([['a', ended(5)]]))
  for (let n = 0; n < 3; n++) stuck.again(1_000)
  expect(written).toEqual([])
  stuck.again(1_000)
  expect(written).toEqual(['a forgotten'])
  expect(complaints).toHaveLength(2)
  expect(stuck.get('a')).toBe(undefined)
})

test('the last try says at least that it ended', () => {
  room = 1
  stuck.add(new Map([['a', ended(5)]]))
  stuck.last()
  expect(written).toEqual(['a forgotten'])
})

test('what has expired is named and dropped', () => {
  stuck.add(new Map([['a', ended(5, 900)]]))
  expect(stuck.again(1_000)).toEqual(['a'])
  expect([written, stuck.get('a')]).toEqual([[], undefined])
})

test('beyond 64 MiB the oldest answers go, beyond 1,024 the oldest endings', () => {
  const large = Array.from({ length: 5 }, (_, at) => [`l${at}`, ended(16 * MIB - 1)] as const)
  stuck.add(new Map(large))
  const kept = large.filter(([name]) => stuck.get(name)?.ending.output !== null)
  expect(kept.map(([name]) => name)).toEqual(['l1', 'l2', 'l3', 'l4'])
  stuck.add(new Map(Array.from({ length: 1_024 }, (_, at) => [`s${at}`, ended(0)])))
  expect(large.map(([name]) => stuck.get(name)).every((one) => one === undefined)).toBe(true)
  expect(stuck.get('s0')).toBeDefined()
})
