import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { contentOf, errorWithout } from '../../src/trace/content.ts'

test('content is one text attribute, cut, or none at all', () => {
  expect(contentOf('input', 'hello')).toEqual({ 'input.value': 'hello' })
  expect(contentOf('output', { a: 1 })).toEqual({ 'output.value': '{"a":1}' })
  expect(contentOf('output', undefined)).toEqual({})
  expect(contentOf('input', 1n)).toEqual({})
  expect(contentOf('input', 'x'.repeat(30_000))['input.value']).toHaveLength(20_000)
})

test('an error that carries what a model said loses its message, others keep it', () => {
  const parsing = Object.assign(new Error('no JSON: roses'), { llmOutput: 'roses', code: 'PARSE' })
  const plain = new Error('no flights')
  const around = new Error('wrapped: roses', { cause: parsing })
  expect(errorWithout(plain)).toBe(plain)
  expect(errorWithout('text')).toBe('text')
  const syntax = (() => {
    try {
      return JSON.parse('roses') as Error
    } catch (error) {
      return error
    }
  })()
  for (const error of [parsing, around, syntax]) {
    expect(inspect(error)).toContain('roses')
    expect(inspect(errorWithout(error))).not.toContain('roses')
  }
  expect(errorWithout(parsing)).toMatchObject({ name: 'Error', code: 'PARSE' })
})
