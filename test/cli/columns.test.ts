import { expect, test } from 'vitest'
import { columns, pad, widthOf, wrap } from '../../src/cli/columns.ts'

test('columns line up, colours and wide characters included', () => {
  const rows = [
    ['\u001b[1ma\u001b[22m', 'one'],
    ['漢字', 'two'],
    ['abcde', '']
  ]
  expect(columns(rows)).toEqual(['\u001b[1ma\u001b[22m      one', '漢字   two', 'abcde'])
})

test('width counts cells, not code units', () => {
  expect(widthOf('é')).toBe(1)
  expect(widthOf('😀')).toBe(2)
  expect(pad('😀', 4)).toBe('😀  ')
})

test('text wraps at spaces and keeps long words whole', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('averylongword x', 5)).toEqual(['averylongword', 'x'])
})
