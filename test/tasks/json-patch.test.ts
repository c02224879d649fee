import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/protocol/json.ts'
import { applyPatch, checkPatch } from '../../src/tasks/json-patch.ts'
import type { PatchOperation } from '../../src/tasks/skill.ts'

const apply = (document: JsonObject, ...operations: PatchOperation[]): JsonObject =>
  applyPatch(document, operations)

describe('a JSON Patch', () => {
  it('adds, replaces and removes members', () => {
    expect(apply({ a: 1 }, { op: 'add', path: '/b', value: 2 })).toEqual({ a: 1, b: 2 })
    expect(apply({ a: 1 }, { op: 'replace', path: '/a', value: [1] })).toEqual({ a: [1] })
    expect(apply({ a: 1, b: 2 }, { op: 'remove', path: '/a' })).toEqual({ b: 2 })
  })

  it('inserts into lists, at the end with -', () => {
    expect(apply({ a: [1, 3] }, { op: 'add', path: '/a/1', value: 2 })).toEqual({ a: [1, 2, 3] })
    expect(apply({ a: [1] }, { op: 'add', path: '/a/-', value: 2 })).toEqual({ a: [1, 2] })
    expect(apply({ a: [1, 2] }, { op: 'remove', path: '/a/0' })).toEqual({ a: [2] })
  })

  it('moves and copies', () => {
    expect(apply({ a: { b: 1 } }, { op: 'move', from: '/a/b', path: '/c' })).toEqual({
      a: {},
      c: 1
    })
    expect(apply({ a: [1] }, { op: 'copy', from: '/a', path: '/b' })).toEqual({ a: [1], b: [1] })
  })

  it('understands escaped names', () => {
    expect(apply({ 'a/b': 1, '~': 2 }, { op: 'remove', path: '/a~1b' })).toEqual({ '~': 2 })
    expect(apply({ '~': 2 }, { op: 'replace', path: '/~0', value: 3 })).toEqual({ '~': 3 })
  })

  it('replaces the whole state by an object only', () => {
    expect(apply({ a: 1 }, { op: 'replace', path: '', value: { b: 2 } })).toEqual({ b: 2 })
    expect(() => apply({ a: 1 }, { op: 'replace', path: '', value: 5 })).toThrow('an object')
    expect(() => apply({ a: 1 }, { op: 'remove', path: '' })).toThrow('cannot be removed')
  })

  it('tests by value', () => {
    const same = { op: 'test', path: '/a', value: { x: [1] } } as const
    expect(apply({ a: { x: [1] } }, same)).toEqual({ a: { x: [1] } })
    expect(() => apply({ a: { x: [2] } }, same)).toThrow('differs')
  })

  it('does all or nothing, and names the operation that does not fit', () => {
    const document = { a: 1 }
    const patch: PatchOperation[] = [
      { op: 'add', path: '/b', value: 1 },
      { op: 'remove', path: '/c' }
    ]
    expect(() => applyPatch(document, patch)).toThrow('state patch 1 (remove /c): no member c')
    expect(document).toEqual({ a: 1 })
  })

  it.each<[string, PatchOperation]>([
    ['a missing parent', { op: 'add', path: '/x/y', value: 1 }],
    ['a place beyond the end', { op: 'add', path: '/list/9', value: 1 }],
    ['an index with a leading zero', { op: 'add', path: '/list/00', value: 1 }],
    ['a path without a slash', { op: 'add', path: 'a', value: 1 }],
    ['a bad escape', { op: 'add', path: '/~2', value: 1 }],
    ['a move into itself', { op: 'move', from: '/map', path: '/map/x' }],
    ['an inherited name', { op: 'remove', path: '/toString' }]
  ])('refuses %s', (_what, operation) => {
    expect(() => apply({ list: [1], map: {} }, operation)).toThrow(
      expect.objectContaining({ code: 'SKILL_FAILED' })
    )
  })

  it.each(['/__proto__/x', '/constructor/prototype/x', '/map/__proto__', '/prototype'])(
    'never touches a prototype (%s)',
    (path) => {
      expect(() => apply({ map: {} }, { op: 'add', path, value: 1 })).toThrow('not allowed')
      expect(({} as Record<string, unknown>)['x']).toBeUndefined()
    }
  )
})

describe('a JSON Patch that multiplies', () => {
  const copies = (count: number): PatchOperation[] =>
    Array.from({ length: count }, (_, n) => ({ op: 'copy', from: '', path: `/k${n}` }))

  it('is refused before the state is over its size', () => {
    const patch = [{ op: 'add', path: '/a', value: 'x'.repeat(1000) } as const, ...copies(12)]
    expect(() => apply({}, ...patch)).toThrow('the state grows to')
    expect(() => apply({}, ...patch.slice(0, 6))).not.toThrow()
  })

  it.each<[string, PatchOperation]>([
    ['add', { op: 'add', path: '/b', value: 'x'.repeat(90_000) }],
    ['replace', { op: 'replace', path: '/c', value: 'x'.repeat(90_000) }],
    ['copy', { op: 'copy', from: '/a', path: '/b' }]
  ])('is refused over the size by an %s', (_op, operation) => {
    const state = { a: 'x'.repeat(180_000), c: 1 }
    expect(() => apply(state, operation)).toThrow('the state grows to')
  })

  it('may make room first', () => {
    const state = { a: 'x'.repeat(180_000), list: ['x'.repeat(60_000)] }
    const value = 'y'.repeat(200_000)
    const fits: PatchOperation[][] = [
      [
        { op: 'remove', path: '/a' },
        { op: 'add', path: '/b', value }
      ],
      [{ op: 'replace', path: '/a', value }],
      [{ op: 'add', path: '/a', value }],
      [
        { op: 'remove', path: '/list/0' },
        { op: 'move', from: '/a', path: '/list/0' },
        { op: 'replace', path: '/list/0', value }
      ]
    ]
    for (const patch of fits) expect(JSON.stringify(apply(state, ...patch))).toContain(value)
  })

  it('is refused when it nests deeper than a peer reads', () => {
    expect(() => apply({ a: {} }, ...nesting(30))).not.toThrow()
    expect(() => apply({ a: {} }, ...nesting(31))).toThrow('nests deeper')
  })

  it('is refused when it copies and removes without end', () => {
    const back: PatchOperation[] = [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'remove', path: '/b' }
    ]
    const patch = Array.from({ length: 100 }, () => back).flat()
    expect(() => apply({ a: 'x'.repeat(100_000) }, ...patch)).toThrow('bytes of work')
  })
})

/** Each operation adds one object inside the last. */
function nesting(count: number): PatchOperation[] {
  return Array.from({ length: count }, (_, n) => {
    return { op: 'add', path: `/a${'/a'.repeat(n + 1)}`, value: {} }
  })
}

describe('a patch from a sandbox', () => {
  it('passes when it is well-formed and small', () => {
    const patch = [
      { op: 'add', path: '/a', value: 1 },
      { op: 'move', from: '/a', path: '/b' }
    ]
    expect(checkPatch(patch)).toBe(patch)
  })

  it.each([
    [[null]],
    [[{ op: 'explode', path: '/a' }]],
    [[{ op: 'add', path: '/a' }]],
    [[{ op: 'move', path: '/a' }]],
    [[{ op: 'add', path: 5, value: 1 }]],
    [[{ op: 'add', path: '/__proto__/a', value: 1 }]]
  ])('is refused when it is %j', (patch) => {
    expect(() => checkPatch(patch)).toThrow(expect.objectContaining({ code: 'OUTPUT_INVALID' }))
  })

  it('is refused over a thousand operations or 256 KiB', () => {
    const one = { op: 'add', path: '/a', value: 1 }
    const large = { op: 'add', path: '/a', value: 'x'.repeat(300_000) }
    for (const patch of [Array.from({ length: 1001 }, () => one), [large]]) {
      expect(() => checkPatch(patch)).toThrow(expect.objectContaining({ code: 'OUTPUT_TOO_LARGE' }))
    }
  })
})
