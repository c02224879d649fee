import { expect, test } from 'vitest'
import { pastHolding, pastOf } from '../../src/observer/past.ts'
import { integrityOf } from '../../src/observer/query/integrity.ts'
import type { Holding } from '../../src/observer/store.ts'

const counters = { by: 'a', boot: '01', next: 10, oldest: 0, dropped: 0, issued: 1 }
const holding = (more: Partial<Holding> = {}): Holding => ({
  ...{ by: 'a', boot: '01', held: [{ from: 0, to: 10 }], duplicates: 1, late: 2 },
  ...{ refused: { BUSY: 3 }, forks: [], counters, ...more }
})

test('a start is past when nothing of it can come and nothing of it is to be told', () => {
  const { held, emitted } = pastOf(holding()) ?? {}
  expect([held, emitted]).toEqual([10, 10])
  expect(pastOf(holding({ counters: { ...counters, next: 11 } }))).toBeUndefined()
  expect(pastOf(holding({ forks: [{ first: 0, digests: ['x', 'y'] }] }))).toBeUndefined()
})

test('what is past adds to the sums what it added before', () => {
  const lossy = holding({ boot: '02', counters: { ...counters, oldest: 4, dropped: 4, most: 12 } })
  const starts = [holding(), lossy]
  const { producers: _, ...before } = integrityOf(starts)
  const past = pastHolding(
    'a',
    starts.map((one) => pastOf(one) ?? expect.unreachable())
  )
  const { producers, ...after } = integrityOf([past])
  expect(after).toEqual(before)
  expect(producers).toMatchObject([
    { boot: '', emitted: 22, held: 20, dropped: 6, duplicates: 2, late: 4, refused: { BUSY: 6 } }
  ])
})
