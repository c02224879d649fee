import { expect, test } from 'vitest'
import { Counters } from '../../src/node/counters.ts'
import { workStatus } from '../../src/node/work-status.ts'

test('an agent that did nothing yet says so', () => {
  const status = workStatus(new Counters(), { waiting: () => ({ peers: 0, longestMs: 0 }) })
  expect(status).toEqual({
    ...{ begun: 0, meanWaitMs: 0, peersWaiting: 0, longestWaitMs: 0, refused: [] }
  })
})

test('waits are told on average, and refusals by their reasons, most first', () => {
  const counters = new Counters()
  for (const seconds of [0.2, 0.1]) {
    counters.count('tasks_begun')
    counters.count('queue_wait_seconds', {}, seconds)
  }
  counters.count('tasks_refused', { code: 'BUSY', reason: 'queue' })
  counters.count('tasks_refused', { code: 'QUOTA_EXCEEDED', reason: 'rate' }, 5)
  const status = workStatus(counters, { waiting: () => ({ peers: 2, longestMs: 70 }) })
  expect(status).toMatchObject({ begun: 2, peersWaiting: 2, longestWaitMs: 70 })
  expect(status.meanWaitMs).toBeCloseTo(150)
  expect(status.refused).toEqual([
    { code: 'QUOTA_EXCEEDED', reason: 'rate', count: 5 },
    { code: 'BUSY', reason: 'queue', count: 1 }
  ])
})
