import { expect, test } from 'vitest'
import { CONTENT_BYTES_MAX } from '../../src/protocol/trace-content.ts'
import type { StepContent } from '../../src/tasks/skill-trace.ts'
import { readContent, writeContent } from '../../src/tasks/step-content.ts'

/** As the agent gets it. */
function sent(content: StepContent | undefined): unknown {
  const told = readContent(writeContent(content) ?? new Uint8Array(0))
  const text = (json?: Uint8Array) => json && Buffer.from(json).toString()
  return told && [text(told.input), text(told.output)]
}

test('what went in and what came out arrive as they were, and what was not said does not', () => {
  expect(sent({ input: { a: 'x\ny' }, output: [1, null] })).toEqual(['{"a":"x\\ny"}', '[1,null]'])
  expect(sent({ output: '' })).toEqual([undefined, '""'])
  expect(sent({ input: 0 })).toEqual(['0', undefined])
  for (const nothing of [undefined, {}, { input: undefined }]) expect(sent(nothing)).toBeUndefined()
  expect(sent(null as unknown as StepContent)).toBeUndefined()
})

test('what is no JSON is told as a person would print it, and nothing throws', () => {
  const loop: { self?: unknown } = {}
  loop.self = loop
  const angry = {
    toJSON: () => {
      throw new Error('no')
    }
  }
  expect(sent({ input: loop, output: 10n })).toEqual([
    expect.stringContaining('[Circular *1]'),
    '"10n"'
  ])
  expect(sent({ input: () => 1, output: angry })).toEqual([
    expect.stringContaining('[Function'),
    expect.stringContaining('toJSON')
  ])
})

test('what is too large arrives larger than may be told, and no larger than that', () => {
  const [input] = sent({ input: 'x'.repeat(10_000_000) }) as [string]
  expect(input.length).toBeGreaterThan(CONTENT_BYTES_MAX)
  expect(input.length).toBeLessThan(CONTENT_BYTES_MAX + 1_000)
})

test('what a runner makes up is read as two lines, whatever it is', () => {
  expect(readContent(Buffer.from('\n'))).toEqual({})
  expect(readContent(Buffer.from('no line'))).toEqual({ input: Buffer.from('no line') })
  expect(readContent(Buffer.from('a\nb\nc'))).toEqual({
    ...{ input: Buffer.from('a'), output: Buffer.from('b\nc') }
  })
})
