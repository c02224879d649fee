/**
 * How far to the right each place stands: as near to the middle of its neighbours as its own
 * neighbours in the layer let it, by least squares.
 */

import type { Place } from './layout.ts'

/** Sweeps over all layers, count. */
const SWEEPS = 8

type Near = ReadonlyMap<string, readonly string[]>

export interface Spread {
  /** The middle of each, px; the leftmost edge is at 0. */
  readonly x: ReadonlyMap<string, number>
  readonly width: number
}

export function spread(
  layers: readonly (readonly Place[])[],
  near: Near,
  widthOf: (place: Place) => number
): Spread {
  const x = new Map<string, number>()
  for (const layer of layers) for (const [key, at] of packed(layer, widthOf)) x.set(key, at)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const order = sweep % 2 === 0 ? layers : layers.toReversed()
    for (const layer of order) {
      const wanted = layer.map(({ key }) => {
        const all = (near.get(key) ?? []).map((other) => x.get(other) ?? 0)
        if (all.length === 0) return x.get(key) ?? 0
        return all.reduce((sum, at) => sum + at, 0) / all.length
      })
      const widths = layer.map(widthOf)
      for (const [at, middle] of apart(wanted, widths).entries()) {
        x.set(layer[at]?.key ?? '', middle)
      }
    }
  }
  const edges = layers
    .flat()
    .map((place) => ({ at: x.get(place.key) ?? 0, half: widthOf(place) / 2 }))
  const left = Math.min(...edges.map(({ at, half }) => at - half))
  const right = Math.max(...edges.map(({ at, half }) => at + half))
  return { x: new Map([...x].map(([key, at]) => [key, at - left])), width: right - left }
}

/** Side by side, around 0. */
function packed(
  layer: readonly Place[],
  widthOf: (place: Place) => number
): readonly (readonly [string, number])[] {
  const all = layer.reduce((sum, place) => sum + widthOf(place), 0)
  let from = -all / 2
  return layer.map((place) => {
    const width = widthOf(place)
    from += width
    return [place.key, from - width / 2]
  })
}

/**
 * Middles as near to the wanted ones as their widths allow, in the same order: without the room
 * that each needs it is an isotonic regression, solved by pooling whoever is too near.
 */
export function apart(wanted: readonly number[], widths: readonly number[]): readonly number[] {
  const offsets = [0]
  for (let at = 1; at < widths.length; at++) {
    const step = ((widths[at - 1] ?? 0) + (widths[at] ?? 0)) / 2
    offsets.push((offsets[at - 1] ?? 0) + step)
  }
  const pools: { mean: number; count: number }[] = []
  for (const [at, want] of wanted.entries()) {
    let pool = { mean: want - (offsets[at] ?? 0), count: 1 }
    for (
      let last = pools.at(-1);
      last !== undefined && last.mean > pool.mean;
      last = pools.at(-1)
    ) {
      const count = last.count + pool.count
      pool = { mean: (last.mean * last.count + pool.mean * pool.count) / count, count }
      pools.pop()
    }
    pools.push(pool)
  }
  const flat = pools.flatMap(({ mean, count }) => Array.from({ length: count }, () => mean))
  return flat.map((mean, at) => mean + (offsets[at] ?? 0))
}
