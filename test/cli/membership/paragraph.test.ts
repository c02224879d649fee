import { expect, test } from 'vitest'
import { paragraph } from '../../../src/cli/membership/paragraph.ts'

const text = 'word '.repeat(60).trim()

test('sentences keep inside a terminal, and inside what reads well', () => {
  for (const [columns, widest] of [
    [40, 40],
    [300, 90]
  ] as const) {
    const lines = paragraph(text, { columns })
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(widest)
    expect(lines.every((line) => line.startsWith('  word'))).toBe(true)
    expect(lines.join(' ').match(/word/g)).toHaveLength(60)
  }
})
