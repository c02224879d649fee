import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inputFor, readInput } from '../../src/cli/input.ts'
import { contextOf, temporary } from './harness.ts'

test('inline JSON, standard input and nothing at all', async () => {
  const { context } = contextOf({ stdin: '[1,2]' })
  expect(await readInput('{"a":1}', context)).toEqual({ kind: 'value', value: { a: 1 } })
  expect(await readInput('-', context)).toEqual({ kind: 'value', value: [1, 2] })
  expect(await readInput(undefined, context)).toEqual({ kind: 'value', value: {} })
})

test('a JSON file is parsed, any other file is a document', async () => {
  const cwd = temporary('input')
  writeFileSync(join(cwd, 'a.json'), '{"a":1}')
  writeFileSync(join(cwd, 'a.md'), '{"a":1}')
  const { context } = contextOf({ cwd, stdin: 'piped' })
  expect(await readInput('@a.json', context)).toEqual({ kind: 'value', value: { a: 1 } })
  expect(await readInput('@a.md', context)).toEqual({ kind: 'document', text: '{"a":1}' })
  expect(await readInput('@-', context)).toEqual({ kind: 'document', text: 'piped' })
})

test.for([
  ['hello', `write --input '"hello"'`],
  ['{"a":', '--input: not valid JSON'],
  ['['.repeat(40) + ']'.repeat(40), '--input: JSON nests deeper'],
  ['@missing.txt', 'ENOENT'],
  ['@.', 'EISDIR']
] as const)('%s is refused with what to write instead', async ([given, message]) => {
  const { context } = contextOf({ cwd: temporary('input') })
  await expect(readInput(given, context)).rejects.toThrow(message)
})

test('a byte order mark is no part of a file', async () => {
  const cwd = temporary('input')
  writeFileSync(join(cwd, 'a.json'), '\ufeff{"a":1}')
  writeFileSync(join(cwd, 'a.md'), '\ufeffhi')
  const { context } = contextOf({ cwd })
  expect(await readInput('@a.json', context)).toEqual({ kind: 'value', value: { a: 1 } })
  expect(await readInput('@a.md', context)).toEqual({ kind: 'document', text: 'hi' })
})

test('a file that is no text is refused', async () => {
  const cwd = temporary('input')
  writeFileSync(join(cwd, 'a.bin'), Buffer.from([0xff, 0xfe, 0x00]))
  await expect(readInput('@a.bin', contextOf({ cwd }).context)).rejects.toThrow('not UTF-8')
})

test('a document takes the form the skill asks for', () => {
  const text = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] }
  const optional = { ...text, required: [] }
  const document = { kind: 'document', text: 'hi' } as const
  expect(inputFor(document, text)).toEqual({ text: 'hi' })
  expect(inputFor(document, optional)).toBe('hi')
  expect(inputFor(document, { type: 'string' })).toBe('hi')
  expect(inputFor(document, undefined)).toBe('hi')
  expect(inputFor({ kind: 'value', value: 1 }, text)).toBe(1)
})
