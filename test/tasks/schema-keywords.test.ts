import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/protocol/json.ts'
import { compileSchema } from '../../src/tasks/schema.ts'

/** Written out, an object with `then` looks like a promise. */
const json = (text: string): JsonObject => JSON.parse(text) as JsonObject

const CASES: [JsonObject, fits: JsonValue[], not: JsonValue[]][] = [
  [{ type: 'null' }, [null], [0, '', false, [], {}]],
  [{ type: 'integer' }, [1, 1.0, -3], [1.5, '1']],
  [{ type: ['object', 'string'] }, [{}, ''], [[], null, 1]],
  [{ type: 'array' }, [[]], [{}]],
  [{ type: 'unheard' }, [1, 'x'], []],
  [{ const: { a: [1], b: 2 } }, [{ b: 2, a: [1] }], [{ a: [1] }, { a: [2], b: 2 }, null]],
  [{ const: null }, [null], [0, false]],
  [{ enum: [1, 'a', [null]] }, [1, 'a', [null]], ['1', [], [[null]], {}]],
  [{ minimum: 1, maximum: 3 }, [1, 3, 'x'], [0, 4]],
  [{ exclusiveMinimum: 1, exclusiveMaximum: 3 }, [2], [1, 3]],
  [{ multipleOf: 0.1 }, [0.3, 5, -0.7], [0.35]],
  [{ minLength: 2, maxLength: 3 }, ['ab', '🐋🐋🐋', 5], ['a', '🐋', 'abcd']],
  [{ minItems: 1, maxItems: 2 }, [[1], [1, 2], {}], [[], [1, 2, 3]]],
  [{ minProperties: 1, maxProperties: 1 }, [{ a: 1 }, []], [{}, { a: 1, b: 2 }]],
  [{ properties: { a: { type: 'number' } } }, [{ a: 1 }, { b: 'x' }, 5], [{ a: 'x' }]],
  [{ properties: { a: true, b: false } }, [{ a: 1 }], [{ b: 1 }]],
  [{ required: ['toString'] }, [{ toString: 1 }, 5], [{}]],
  [
    { properties: { a: {} }, additionalProperties: { type: 'string' } },
    [{ a: 1, b: 'x' }],
    [{ b: 1 }]
  ],
  [{ patternProperties: { x: {} }, additionalProperties: false }, [{ x: 1, y: 2 }], []],
  [{ propertyNames: { maxLength: 1 } }, [{ a: 1 }, 'abc'], [{ ab: 1 }]],
  [{ items: { type: 'number' } }, [[1, 2], []], [[1, 'x']]],
  [
    { prefixItems: [{ type: 'number' }], items: { type: 'string' } },
    [[], [1], [1, 'a']],
    [['a'], [1, 1]]
  ],
  [{ prefixItems: [{}], items: false }, [[1]], [[1, 2]]],
  [{ contains: { const: 1 }, maxContains: 1 }, [[0, 1], 5], [[], [1, 1]]],
  [{ contains: { const: 1 }, minContains: 0 }, [[]], []],
  [{ anyOf: [{ type: 'number' }, { const: 'x' }] }, [1, 'x'], ['y', null]],
  [{ oneOf: [{ minimum: 1 }, { maximum: 3 }] }, [0, 4], [2]],
  [{ allOf: [{ minimum: 1 }, { maximum: 3 }] }, [2], [0, 4]],
  [{ not: { type: 'number' } }, ['x'], [1]],
  [
    json('{ "if": { "type": "number" }, "then": { "minimum": 1 }, "else": { "type": "string" } }'),
    [1, 'x'],
    [0, null]
  ],
  [json('{ "if": { "type": "number" }, "then": false }'), ['x'], [1]],
  [{ $ref: '#/$defs/a~1b%25', $defs: { 'a/b%': { type: 'number' } } }, [1], ['x']],
  [
    { properties: { next: { $ref: '#' } }, additionalProperties: false },
    [{}, { next: { next: {} } }],
    [{ next: { next: { other: 1 } } }]
  ],
  [{ $ref: '#/$defs/gone' }, [], [1]],
  [{ required: 5, items: [], minimum: 'x', anyOf: {}, enum: 1, properties: [] }, [[1], {}], []]
]

describe('the keyword of a JSON Schema', () => {
  it.each(CASES)('%j tells what fits from what does not', (schema, fits, not) => {
    const check = compileSchema(schema)
    expect(fits.filter((value) => check(value) !== undefined)).toEqual([])
    expect(not.filter((value) => check(value) === undefined)).toEqual([])
  })

  it.each<[JsonObject, JsonValue, string]>([
    [
      { items: { properties: { 'a/b': { minimum: 3 } } } },
      [{ 'a/b': 1 }],
      'at /0/a~1b: must be at least 3'
    ],
    [{ required: ['a'] }, {}, 'at /: a is missing'],
    [{ maxLength: 1 }, 'ab', 'at /: must have at most 1 characters'],
    [{ type: ['null', 'object'] }, 1, 'at /: must be null or object'],
    [
      { anyOf: [{ properties: { prompt: { type: 'string' } } }, { required: ['messages'] }] },
      { prompt: 5 },
      'at /: fits none of the choices (/prompt: must be string; messages is missing)'
    ],
    [
      { oneOf: [{ type: 'string' }, { type: 'string' }] },
      5,
      'at /: must fit exactly one of the choices (must be string)'
    ],
    [{ oneOf: [true, true] }, 5, 'at /: must fit exactly one of the choices']
  ])('%j says where and why', (schema, value, words) => {
    expect(compileSchema(schema)(value)).toBe(words)
  })
})
