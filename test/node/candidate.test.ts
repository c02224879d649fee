import { expect, test } from 'vitest'
import { alsoAt, merged, rotated } from '../../src/node/candidate.ts'

const many = Array.from({ length: 20 }, (_, n) => `bogus-${n}`)

test('news comes after what was first, and hearsay after everything', () => {
  expect(merged(['a', 'b'], ['c', 'a'], 'mdns')).toEqual(['a', 'c', 'b'])
  expect(merged(['a', 'b'], ['c', 'a'], 'peer')).toEqual(['a', 'b', 'c'])
  expect(merged([], ['c'], 'mdns')).toEqual(['c'])
})

test('of many addresses eight are kept, the first always', () => {
  expect(merged(['a', 'b'], many, 'mdns')).toEqual(['a', ...many.slice(0, 7)])
  expect(merged(['a', 'b'], many, 'peer')).toEqual(['a', 'b', ...many.slice(0, 6)])
})

test('attempts go round, and come back to the first again and again', () => {
  const first = (n: number) => rotated(['a', 'b', 'c'], n)[0]
  expect([0, 1, 2, 3, 4, 5, 6].map(first)).toEqual(['a', 'b', 'a', 'c', 'a', 'a', 'a'])
  expect(rotated(['a', 'b', 'c'], 3)).toEqual(['c', 'a', 'b'])
})

test('a kept link has several addresses, the newest first, and not without end', () => {
  expect(alsoAt(['/a', '/b'], '/c')).toEqual(['/c', '/a', '/b'])
  expect(alsoAt(['/a', '/b'], '/b')).toEqual(['/b', '/a'])
  const many = Array.from({ length: 20 }, (_, at) => `/${at}`)
  expect(alsoAt(many, '/new')).toEqual(['/new', ...many.slice(0, 7)])
})
