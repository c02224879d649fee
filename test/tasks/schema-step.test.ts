import { describe, expect, it } from 'vitest'
import { namesOf, spend } from '../../src/tasks/schema-step.ts'
import type { Walk } from '../../src/tasks/schema-step.ts'

describe('the steps of a check', () => {
  it('end at what was left of them', () => {
    const walk: Walk = { steps: 3, nested: 0 }
    spend(walk, 3)
    expect(() => spend(walk, 1)).toThrow('too much work to check')
  })

  it('count the names of an object each time, and list those of a large one once', () => {
    const walk: Walk = { steps: 10_000, nested: 0 }
    const large = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`m${n}`, n]))
    expect(namesOf(large, walk)).toBe(namesOf(large, walk))
    expect(namesOf({ a: 1 }, walk)).toEqual(['a'])
    expect(walk.steps).toBe(10_000 - 2 * 1000 - 1)
  })
})
