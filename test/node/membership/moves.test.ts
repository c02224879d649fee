import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Moves } from '../../../src/node/membership/moves.ts'
import { BEN_SHOWS } from './people.ts'

const step = (before: string, after: string) => {
  return { before, after, issued: 1, digest: new Uint8Array(32) }
}

test('an id leads to what it has become, and back to what it was', () => {
  const moves = new Moves()
  expect(moves.add(BEN_SHOWS, step('a', 'b'))).toBe(true)
  expect(moves.add(BEN_SHOWS, step('b', 'c'))).toBe(true)
  expect(moves.current('a')).toBe('c')
  expect(moves.origins('c')).toEqual(['c', 'b', 'a'])
  expect(moves.away('a')?.after).toBe('b')
  expect(moves.into('c')?.before).toBe('b')
  expect([moves.current('x'), moves.origins('x')]).toEqual(['x', ['x']])
})

test('the first change stays, and nobody becomes who once was', () => {
  const moves = new Moves()
  moves.add(BEN_SHOWS, step('a', 'b'))
  expect(moves.add(BEN_SHOWS, step('a', 'c'))).toBe(false)
  expect(moves.add(BEN_SHOWS, step('x', 'b'))).toBe(false)
  expect(moves.add(BEN_SHOWS, step('b', 'a'))).toBe(false)
  expect(moves.size).toBe(1)
})

test('however keys are changed, there is no circle and no fork', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  fc.assert(
    fc.property(fc.array(fc.tuple(id, id), { maxLength: 30 }), (steps) => {
      const moves = new Moves()
      for (const [before, after] of steps) {
        if (before !== after) moves.add(BEN_SHOWS, step(before, after))
      }
      for (const one of ['a', 'b', 'c', 'd', 'e']) {
        const end = moves.current(one)
        expect(moves.away(end)).toBeUndefined()
        expect(moves.origins(end)).toContain(one)
        expect(new Set(moves.origins(one)).size).toBe(moves.origins(one).length)
      }
    })
  )
})
