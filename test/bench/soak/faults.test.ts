import { expect, test } from 'vitest'
import { faultsOf } from '../../../bench/soak/faults.ts'
import type { Soaked } from '../../../bench/soak/soak.ts'

const sample = {
  ...{ minutes: 1, rssMiB: 100, heapMiB: 20, peers: 1 },
  ...{ handles: { PipeWrap: 3 }, files: { open: 40 } }
}
const good: Soaked = {
  ...{ seconds: 1_200, came: 100, killed: 50, before: sample, after: sample },
  slope: { rss: 0.2, heap: -0.1 },
  outcomes: { asked: 12, answered: 10, failed: { PEER_LOST: 2 }, lost: [] },
  rssMiB: { before: 100, warm: 110, after: 100 }
}

test('answers and precise errors are no fault', () => {
  expect(faultsOf(good)).toEqual([])
})

test('a task that never ended is one, and so is an error that says nothing', () => {
  const { outcomes } = good
  expect(faultsOf({ ...good, outcomes: { ...outcomes, asked: 13 } })).toHaveLength(1)
  expect(faultsOf({ ...good, outcomes: { ...outcomes, failed: { MALFORMED: 2 } } })).toHaveLength(1)
  expect(faultsOf({ ...good, outcomes: { ...outcomes, lost: ['?'] } })).toHaveLength(1)
})

test('growth is one, but resident memory only when there was time for it to settle', () => {
  expect(faultsOf({ ...good, slope: { rss: 1.1, heap: 0 } })).toHaveLength(1)
  expect(faultsOf({ ...good, seconds: 120, slope: { rss: 1.1, heap: 0 } })).toEqual([])
  expect(faultsOf({ ...good, slope: { rss: 0, heap: 1.1 } })).toHaveLength(1)
  expect(faultsOf({ ...good, seconds: 120, slope: { rss: 0, heap: 0.6 } })).toHaveLength(1)
  expect(faultsOf({ ...good, seconds: 20, slope: { rss: 9, heap: 9 } })).toEqual([])
  expect(faultsOf({ ...good, slope: { rss: Number.NaN, heap: 0 } })).toHaveLength(1)
})

test('what is open and was not is one', () => {
  expect(faultsOf({ ...good, after: { ...sample, files: { open: 41 } } })).toHaveLength(1)
  const handles = { PipeWrap: 3, TCPSocketWrap: 1 }
  expect(faultsOf({ ...good, after: { ...sample, handles } })).toHaveLength(1)
})
