import { expect, test } from 'vitest'
import { figure, table } from '../../bench/table.ts'

test('a table is Markdown with figures to the right', () => {
  const lines = table(
    ['who', 'ms'],
    [
      ['first', '7'],
      ['b', '1,234']
    ]
  ).split('\n')
  expect(lines).toEqual([
    '| who   |    ms |',
    '| ----- | ----: |',
    '| first |     7 |',
    '| b     | 1,234 |'
  ])
})

test('what was not measured is a dash, never a zero', () => {
  expect(figure(Number.NaN)).toBe('–')
  expect(figure(null)).toBe('–')
  expect(figure(1234.56, 1)).toBe('1,234.6')
})
