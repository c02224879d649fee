import { expect, test } from 'vitest'
import { readTold } from '../../src/protocol/trace-step.ts'

const tool = { type: 'tool.called', tool: 'look', wallMs: 1 }

test('a word of a trace is read as it is, and its text made one harmless line', () => {
  expect(readTold(tool)).toEqual(tool)
  expect(readTold({ ...tool, error: 'a\nb\u{202E}c' })).toEqual({ ...tool, error: 'a b\u{FFFD}c' })
})

test.each([
  [null],
  [{}],
  [{ ...tool, type: 'task.completed' }],
  [{ ...tool, wallMs: -1 }],
  [{ ...tool, wallMs: Infinity }],
  [{ ...tool, tool: 'x'.repeat(201) }],
  [{ ...tool, span: '00'.repeat(8) }],
  [{ type: 'handoff.accepted', call: -1 }],
  [{ type: 'guard.tripped', guard: 'g', reason: 'r', limit: 1, value: 1, action: 'ignored' }]
])('anything else is refused: %j', (word) => {
  expect(() => readTold(word)).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
})
