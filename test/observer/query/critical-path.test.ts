import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { criticalPath } from '../../../src/observer/query/critical-path.ts'
import { spanOf } from './samples.ts'

test('the path goes through what ended last, and the time of each is its own', () => {
  const spans = [
    spanOf('root', [0, 100]),
    spanOf('fast', [10, 30], { parent: 'root' }),
    spanOf('slow', [10, 60], { parent: 'root' }),
    spanOf('last', [60, 95], { parent: 'root' }),
    spanOf('inner', [70, 90], { parent: 'last' })
  ]
  const path = criticalPath(spans).map(({ span, ms }) => [span, ms])
  expect(path).toEqual([
    ['root', 10],
    ['slow', 50],
    ['last', 10],
    ['inner', 20],
    ['last', 5],
    ['root', 5]
  ])
})

test('the pieces fill the root without overlapping, whatever the spans', () => {
  const child = fc.tuple(fc.nat(100), fc.nat(100), fc.nat(5))
  fc.assert(
    fc.property(fc.array(child, { maxLength: 12 }), (some) => {
      const spans = [spanOf('s0', [0, 100])]
      for (const [at, [one, other, parent]] of some.entries()) {
        const times = [Math.min(one, other), Math.max(one, other)] as const
        spans.push(spanOf(`s${at + 1}`, times, { parent: `s${Math.min(parent, at)}` }))
      }
      const path = criticalPath(spans)
      let atUs = 0
      for (const { fromUs, toUs } of path) {
        expect(fromUs).toBe(atUs)
        atUs = toUs
      }
      expect(atUs).toBe(100_000)
    })
  )
})

test('a trace without a finished span has none', () => {
  const { endUs: _, ...open } = spanOf('a', [0, 1])
  expect(criticalPath([open])).toEqual([])
})
