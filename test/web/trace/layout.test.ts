import { expect, test } from 'vitest'
import { layoutOf, nodeKey } from '../../../web/src/trace/topology/layout.ts'
import { apart } from '../../../web/src/trace/topology/spread.ts'

const WIDTH = 100
const links = (...pairs: string[]) => pairs.map((pair) => ({ from: pair[0]!, to: pair[1]! }))
const layout = (ids: string, ...pairs: string[]) =>
  layoutOf(ids.split(''), links(...pairs), () => WIDTH)
/** The nodes of each layer, from left to right. */
const told = (ids: string, ...pairs: string[]): string[] =>
  layout(ids, ...pairs)
    .layers.filter((_, at) => at % 2 === 0)
    .map((layer) =>
      layer.flatMap(({ key }) => (key.startsWith('node ') ? key.slice(5) : [])).join('')
    )

test('whoever is given to stands below all who give', () => {
  expect(told('abcd', 'ab', 'ac', 'bd', 'cd', 'ad')).toEqual(['a', 'bc', 'd'])
})

test('a circle is cut where it closes, and a node may point to itself', () => {
  const pairs = ['ab', 'bc', 'ca', 'aa']
  expect(told('abc', ...pairs)).toEqual(['a', 'b', 'c'])
  const { chains } = layout('abc', ...pairs)
  expect(chains.map(({ turned }) => turned)).toEqual([false, false, true, false])
  expect(chains[3]?.places).toEqual([])
})

test('crossings are undone where the order of a layer can', () => {
  expect(told('abxy', 'ay', 'bx')).toEqual(['ab', 'yx'])
})

test('who is alone has a place too', () => {
  expect(told('ab')).toEqual(['ab'])
})

test('a link that passes a layer has a place of its own there, and one for its words', () => {
  const { chains, layers } = layout('abc', 'ab', 'bc', 'ac')
  expect(chains[2]?.places).toEqual([
    ...[nodeKey('a'), 'link 2 1', 'link 2 2', 'link 2 3', nodeKey('c')]
  ])
  expect(chains[2]?.words).toBe('link 2 1')
  expect(layers[2]?.map(({ key }) => key).toSorted()).toEqual(['link 2 2', nodeKey('b')])
})

test('nothing lies on anything else, however tangled it is', () => {
  const ids = Array.from({ length: 30 }, (_, n) => `n${n}`)
  const tangled = ids.flatMap((from, n) =>
    [7, 13].map((step) => ({ from, to: ids[(n * step + 5) % 30]! }))
  )
  const distinct = [...new Map(tangled.map((one) => [one.from + one.to, one])).values()]
  const { layers, x, width } = layoutOf(ids, distinct, () => WIDTH)
  expect(layers.flat().filter(({ key }) => key.startsWith('node '))).toHaveLength(30)
  for (const layer of layers) {
    const middles = layer.map(({ key }) => x.get(key) ?? Number.NaN)
    for (const [at, middle] of middles.entries()) {
      expect(middle - WIDTH / 2).toBeGreaterThanOrEqual(-0.001)
      expect(middle + WIDTH / 2).toBeLessThanOrEqual(width + 0.001)
      if (at > 0) expect(middle - middles[at - 1]!).toBeGreaterThanOrEqual(WIDTH - 0.001)
    }
  }
})

test('places stand where they want to, as far as others let them', () => {
  expect(apart([0, 500], [100, 100])).toEqual([0, 500])
  expect(apart([50, 50], [100, 100])).toEqual([0, 100])
  expect(apart([300, 0, 0], [100, 100, 100])).toEqual([0, 100, 200])
})
