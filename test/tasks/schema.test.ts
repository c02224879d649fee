import { describe, expect, it } from 'vitest'
import { compileSchema } from '../../src/tasks/schema.ts'

const SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 5 },
    tags: { type: 'array', items: { enum: ['a', 'b'] } }
  },
  required: ['name'],
  additionalProperties: false
} as const

describe('a compiled schema', () => {
  const check = compileSchema(SCHEMA, 'own')

  it('finds nothing wrong with a value that fits', () => {
    expect(check({ name: 'bob', tags: ['a'] })).toBeUndefined()
  })

  it.each([
    [{ name: 5 }, '/name'],
    [{ name: 'too long' }, '/name'],
    [{ name: 'x', tags: ['a', 'c'] }, '/tags/1'],
    [{}, 'at /'],
    [{ name: 'x', extra: 1 }, '/extra'],
    [null, 'at /']
  ])('says where %j does not fit', (value, where) => {
    expect(check(value)).toContain(where)
  })

  it('does not take __proto__ for an allowed member', () => {
    const value = JSON.parse('{"name":"x","__proto__":{"admin":true}}') as never
    expect(check(value)).toBeDefined()
  })
})

describe('a schema of a peer', () => {
  it('loses regular expressions, which could hang the reader', () => {
    const evil = { type: 'string', pattern: '^(a+)+$' }
    expect(compileSchema(evil, 'own')('b')).toContain('pattern')
    const check = compileSchema(evil, 'remote')
    expect(check(`${'a'.repeat(50)}b`)).toBeUndefined()
    expect(check(5)).toBeDefined()
    expect(compileSchema({ patternProperties: { '(a+)+$': false } }, 'remote')({ aaa: 1 })).toBe(
      undefined
    )
  })

  it('keeps a property that is named like a keyword', () => {
    const schema = { properties: { pattern: { type: 'number' } }, required: ['pattern'] }
    expect(compileSchema(schema, 'remote')({ pattern: 'x' })).toContain('/pattern')
  })

  it('keeps local references and drops all others', () => {
    const local = { $defs: { n: { type: 'number' } }, properties: { a: { $ref: '#/$defs/n' } } }
    expect(compileSchema(local, 'remote')({ a: 'x' })).toContain('/a')
    const away = { properties: { a: { $ref: 'https://example.org/schema' } } }
    expect(compileSchema(away, 'remote')({ a: 'x' })).toBeUndefined()
  })

  it('ends when it refers to itself without end', () => {
    const check = compileSchema({ $ref: '#' }, 'remote')
    expect(check(1)).toContain('cannot be applied')
  })

  it('ends when its references multiply', () => {
    const $defs: Record<string, unknown> = { d25: { type: 'number' } }
    for (let n = 0; n < 25; n++) {
      const next = { $ref: `#/$defs/d${n + 1}` }
      $defs[`d${n}`] = { anyOf: [next, next] }
    }
    const check = compileSchema({ $defs, $ref: '#/$defs/d0' } as never, 'remote')
    expect(check('x')).toContain('cannot be applied')
  })

  it('loses checks that compare everything with everything', () => {
    expect(compileSchema({ uniqueItems: true }, 'remote')([1, 1])).toBeUndefined()
    expect(compileSchema({ uniqueItems: true }, 'own')([1, 1])).toBeDefined()
  })

  it('is refused when it is too large or too deep', () => {
    const large = { description: 'x'.repeat(40_000) }
    let deep: Record<string, unknown> = {}
    for (let n = 0; n < 30; n++) deep = { not: deep }
    for (const schema of [large, deep]) {
      expect(() => compileSchema(schema as never, 'remote')).toThrow(
        expect.objectContaining({ code: 'MALFORMED' })
      )
    }
  })
})
