import { expect, test } from 'vitest'
import { columns, pad, widthOf, wrap, wrappedColumns } from '../../src/cli/columns.ts'

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

test('a text in the second of two columns goes on below itself', () => {
  const rows = [
    ['--one', 'a text that is a good deal longer than its column'],
    ['--three', 'short'],
    ['--none', '']
  ]
  expect(wrappedColumns(rows, 34)).toEqual([
    '--one    a text that is a good',
    '         deal longer than its',
    '         column',
    '--three  short',
    '--none'
  ])
})

test('where there is no room for two columns nothing is wrapped', () => {
  const rows = [['a head', 'a text that is longer than the terminal']]
  expect(wrappedColumns(rows, 20)).toEqual(columns(rows))
})

test('colours take no room in a wrapped text', () => {
  const red = (text: string): string => `\u001b[31m${text}\u001b[39m`
  expect(wrap(`${red('one')} ${red('two')} three`, 7)).toEqual([
    `${red('one')} ${red('two')}`,
    'three'
  ])
})
