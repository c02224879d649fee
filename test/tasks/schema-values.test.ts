import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/protocol/json.ts'
import { VALUE_KEYWORDS } from '../../src/tasks/schema-values.ts'

const steps = (keyword: string, argument: JsonValue, value: JsonValue): number => {
  const make = new Map(VALUE_KEYWORDS).get(keyword)
  const check = make?.(argument, {}, () => () => undefined)
  const walk = { steps: 1_000_000, nested: 0 }
  check?.(value, walk)
  return 1_000_000 - walk.steps
}

describe('a keyword that looks at one value', () => {
  it('counts work that grows with the value', () => {
    expect(steps('maxLength', 5, 'x'.repeat(8000))).toBe(1000)
    expect(steps('minProperties', 1, { a: 1, b: 2 })).toBe(2)
    const list = Array.from({ length: 100 }, () => 1)
    expect(steps('const', list, [...list])).toBe(101)
    expect(steps('enum', [list, list], [])).toBe(2)
  })

  it('costs nothing more where a look is enough', () => {
    expect(steps('type', 'number', 1)).toBe(0)
    expect(steps('enum', ['a', 'b', 'c'], 'c')).toBe(0)
  })

  it('says nothing when its argument has the wrong form', () => {
    for (const [keyword, make] of VALUE_KEYWORDS) {
      if (keyword === 'const') continue
      expect(make({}, {}, () => () => undefined)).toBeUndefined()
    }
  })
})
