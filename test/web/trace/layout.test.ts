import { expect, test } from 'vitest'
import { layersOf } from '../../../web/src/trace/topology/layout.ts'

const links = (...pairs: string[]) => pairs.map((pair) => ({ from: pair[0]!, to: pair[1]! }))
const told = (ids: string, ...pairs: string[]): string[] => {
  const layers = Map.groupBy(layersOf(ids.split(''), links(...pairs)), ({ layer }) => layer)
  return [...layers.values()].map((layer) => layer.map(({ id }) => id).join(''))
}

test('whoever is given to stands below all who give', () => {
  expect(told('abcd', 'ab', 'ac', 'bd', 'cd', 'ad')).toEqual(['a', 'bc', 'd'])
})

test('a circle is cut where it closes, and a node may point to itself', () => {
  expect(told('abc', 'ab', 'bc', 'ca', 'aa')).toEqual(['a', 'b', 'c'])
})

test('crossings are undone where the order of a layer can', () => {
  expect(told('abxy', 'ay', 'bx')).toEqual(['ab', 'yx'])
})

test('who is alone, or whose links lead nowhere, has a place too', () => {
  expect(told('ab', 'zb', 'az')).toEqual(['ab'])
})

test('everybody has one place, however tangled it is', () => {
  const ids = Array.from({ length: 60 }, (_, n) => `n${n}`)
  const tangled = ids.flatMap((from, n) =>
    [7, 13, 31].map((step) => ({ from, to: ids[(n * step + 5) % 60]! }))
  )
  const places = layersOf(ids, tangled)
  expect(new Set(places.map(({ id }) => id)).size).toBe(60)
  expect(new Set(places.map(({ layer, at }) => `${layer}/${at}`)).size).toBe(60)
})
