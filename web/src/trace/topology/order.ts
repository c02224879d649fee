/** Places of each layer in the order of the middle of their neighbours, so that few lines cross. */

import type { Place } from './layout.ts'

/** Sweeps over all layers, count: it settles after a few. */
const SWEEPS = 6

type Near = ReadonlyMap<string, readonly string[]>

export function inOrder(given: readonly (readonly Place[])[], near: Near): readonly Place[][] {
  const layers = given.map((layer) => [...layer])
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const step = sweep % 2 === 0 ? 1 : -1
    const first = step === 1 ? 1 : layers.length - 2
    for (let at = first; at >= 0 && at < layers.length; at += step) {
      settle(layers[at] ?? [], layers[at - step] ?? [], near)
    }
  }
  return layers
}

function settle(layer: Place[], before: readonly Place[], near: Near): void {
  const places = new Map(before.map(({ key }, at) => [key, (at + 0.5) / before.length]))
  const middles = new Map(
    layer.map(({ key }, at) => {
      const seen = (near.get(key) ?? []).flatMap((other) => places.get(other) ?? [])
      const sum = seen.reduce((total, place) => total + place, 0)
      return [key, seen.length === 0 ? (at + 0.5) / layer.length : sum / seen.length]
    })
  )
  layer.sort((a, b) => (middles.get(a.key) ?? 0) - (middles.get(b.key) ?? 0))
}
