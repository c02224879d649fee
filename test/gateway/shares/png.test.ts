import { expect, test } from 'vitest'
import { Canvas } from '../../../src/gateway/shares/png.ts'
import { readPng } from './read-png.ts'

test('what is drawn is what is read, and what lies outside is cut off', () => {
  const canvas = new Canvas(20, 10, '#ffffff')
  canvas.fill(5, 2, { width: 4, height: 3 }, '#12ab34')
  canvas.fill(-5, -5, { width: 7, height: 7 }, '#0000ff')
  canvas.fill(18, 8, { width: 100, height: 100 }, '#0000ff')
  canvas.fill(50, 50, { width: 5, height: 5 }, '#ff0000')
  canvas.fill(3, 3, { width: -2, height: 1 }, '#ff0000')
  const { width, height, colour } = readPng(canvas.png())
  const drawn = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => colour(x, y))
  ).flat()
  const count = (wanted: string): number => drawn.filter((one) => one === wanted).length
  expect([colour(5, 2), colour(8, 4), colour(9, 4), colour(8, 5)]).toEqual([
    ...['12ab34', '12ab34', 'ffffff', 'ffffff']
  ])
  expect([count('12ab34'), count('0000ff'), count('ff0000')]).toEqual([12, 4 + 4, 0])
})
