import { expect, test } from 'vitest'
import { widthOf, write } from '../../../src/gateway/shares/font.ts'
import { Canvas } from '../../../src/gateway/shares/png.ts'
import { titleOf } from '../../../src/gateway/shares/title.ts'
import { readPng } from './read-png.ts'

/** Where the letter has dots. */
function drawn(letter: string): string {
  const canvas = new Canvas(6, 9, '#ffffff')
  write(canvas, letter, { x: 0, y: 0, size: 1 }, '#000000')
  const { colour } = readPng(canvas.png())
  const dots = Array.from({ length: 54 }, (_, at) => colour(at % 6, Math.floor(at / 6)))
  return dots.map((one) => (one === '000000' ? '#' : '.')).join('')
}

test('every letter that a title can have is drawn, each in its own way', () => {
  const statuses = ['open', 'ok', 'error', 'canceled'] as const
  const titles = statuses.flatMap((status) =>
    [0.1, 2_345, 12e3, 678e3, 9e6].map((ms) =>
      titleOf({ agents: ['', ''], startUs: 0, endUs: ms * 1e3, status })
    )
  )
  const letters = new Set(`${titles.join('')}Peerwork0123456789.,`.replaceAll(' ', ''))
  const shapes = [...letters].map(drawn)
  expect(shapes.filter((one) => !one.includes('#'))).toEqual([])
  expect(new Set(shapes).size).toBe(letters.size)
})

test('what there is no letter for is a gap as wide', () => {
  expect(drawn('ß')).not.toContain('#')
  expect(widthOf('aß', 3)).toBe(2 * widthOf('a', 3))
})
