import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/protocol/json.ts'
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
  const check = compileSchema(SCHEMA)

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

const constants = (count: number): { const: number }[] =>
  Array.from({ length: count }, (_, n) => ({ const: n }))

describe('a schema of a peer', () => {
  it('loses regular expressions, which could hang the reader', () => {
    const evil = { type: 'string', pattern: '^(a+)+$' }
    const check = compileSchema(evil)
    expect(check(`${'a'.repeat(50)}b`)).toBeUndefined()
    expect(check(5)).toBeDefined()
    expect(compileSchema({ patternProperties: { '(a+)+$': false } })({ aaa: 1 })).toBe(undefined)
  })

  it('keeps a property that is named like a keyword', () => {
    const schema = { properties: { pattern: { type: 'number' } }, required: ['pattern'] }
    expect(compileSchema(schema)({ pattern: 'x' })).toContain('/pattern')
  })

  it('keeps local references and drops all others', () => {
    const local = { $defs: { n: { type: 'number' } }, properties: { a: { $ref: '#/$defs/n' } } }
    expect(compileSchema(local)({ a: 'x' })).toContain('/a')
    const away = { properties: { a: { $ref: 'https://example.org/schema' } } }
    expect(compileSchema(away)({ a: 'x' })).toBeUndefined()
  })

  it('ends when it refers to itself without end', () => {
    const check = compileSchema({ $ref: '#' })
    expect(check(1)).toContain('cannot be applied')
  })

  it('ends when its references multiply', () => {
    const $defs: Record<string, unknown> = { d25: { type: 'number' } }
    for (let n = 0; n < 25; n++) {
      const next = { $ref: `#/$defs/d${n + 1}` }
      $defs[`d${n}`] = { anyOf: [next, next] }
    }
    const check = compileSchema({ $defs, $ref: '#/$defs/d0' } as never)
    expect(check('x')).toContain('cannot be applied')
  })

  it('loses checks that compare everything with everything', () => {
    expect(compileSchema({ uniqueItems: true })([1, 1])).toBeUndefined()
  })

  it.each<[string, unknown, JsonValue]>([
    [
      'choices times items',
      { items: { anyOf: [...constants(800), { const: -1 }] } },
      Array.from({ length: 40_000 }, () => -1)
    ],
    [
      'trivial schemas times items',
      { items: { allOf: Array.from({ length: 2000 }, () => true) } },
      Array.from({ length: 40_000 }, () => -1)
    ],
    [
      'absent properties times items',
      { items: { properties: Object.fromEntries(constants(900).map((_, n) => [`p${n}`, true])) } },
      Array.from({ length: 40_000 }, () => ({}))
    ],
    [
      'objects that may be equal times items',
      { items: { enum: [...constants(800), { const: -1 }] } },
      Array.from({ length: 40_000 }, () => ({ const: -1 }))
    ],
    [
      'lengths of a long text',
      { allOf: Array.from({ length: 600 }, () => ({ minLength: 1 })) },
      'x'.repeat(1_000_000)
    ],
    [
      'members of a large object',
      { allOf: Array.from({ length: 600 }, () => ({ minProperties: 1 })) },
      Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`m${n}`, 1]))
    ]
  ])('gives up on too much work: %s', (_what, schema, value) => {
    const fault = compileSchema(schema as JsonObject)(value)
    expect(fault).toContain('too much work to check')
  })

  it('has work enough for the largest list of numbers', () => {
    const check = compileSchema({ type: 'array', items: { type: 'number' } })
    expect(check(Array.from({ length: 8_000_000 }, () => 0))).toBeUndefined()
  })

  it('is refused when it is too large or too deep', () => {
    const large = { description: 'x'.repeat(40_000) }
    let deep: Record<string, unknown> = {}
    for (let n = 0; n < 30; n++) deep = { not: deep }
    for (const schema of [large, deep]) {
      expect(() => compileSchema(schema as never)).toThrow(
        expect.objectContaining({ code: 'MALFORMED' })
      )
    }
  })
})
