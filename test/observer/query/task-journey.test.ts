import { expect, test } from 'vitest'
import { fold } from '../../../src/observer/fold.ts'
import { taskJourney } from '../../../src/observer/query/task-journey.ts'
import type { TraceEvent } from '../../../src/protocol/trace.ts'
import { house } from '../alerts/house.ts'
import { SPAN, TRACE } from '../../gateway/observed.ts'

const TASK = 'ab'.repeat(16)
const [ALICE, BOB] = ['12D3KooWalice', '12D3KooWbob']
const AT = 1_700_000_000_000

const event = (side: 'requester' | 'executor', type: string, ms: number, more: object = {}) => {
  const gives = side === 'requester'
  const told = {
    ...{ type, seq: ms, at: AT + ms, trace: TRACE, task: TASK, skill: 'count', side },
    ...{ span: gives ? SPAN : 'c'.repeat(16), peer: gives ? BOB : ALICE, ...more }
  } as unknown as TraceEvent
  return fold(told, { id: gives ? ALICE : BOB, boot: '0'.repeat(16) })
}

test('the steps of a task are those that its two agents sealed, in their order', async () => {
  const { observer } = await house()
  const done = { wallMs: 5, cpuMs: 1, tokens: 0, cost: 0, bytes: 3, chunks: 0 }
  await observer.store.ingest([
    event('executor', 'task.completed', 9, done),
    event('executor', 'task.progress', 8, { fraction: 0.5, message: 'half of it' }),
    event('executor', 'task.received', 1, { bytes: 3 }),
    event('requester', 'task.completed', 10, done),
    event('requester', 'task.submitted', 0, { bytes: 3 })
  ])
  const { trace, all, handoffs, steps } = await taskJourney(observer.store, TASK)
  expect([trace, all, handoffs.length]).toEqual([TRACE, true, 1])
  expect(steps.map(({ side, what, about }) => [side, what, about])).toEqual([
    ['giver', 'submitted', '3 bytes'],
    ['taker', 'received', '3 bytes'],
    ['taker', 'progress', '50 %, half of it'],
    ['taker', 'completed', 'took 5 ms, 3 bytes'],
    ['giver', 'completed', 'took 5 ms, 3 bytes']
  ])
  expect(steps.every(({ sealed, by }) => sealed && [ALICE, BOB].includes(by))).toBe(true)
  expect(await taskJourney(observer.store, TASK, TRACE)).toMatchObject({ steps })
})

test('of a side that is silent nothing is made up, and other tasks are left out', async () => {
  const { observer } = await house()
  const other = { task: 'cd'.repeat(16), bytes: 1 }
  await observer.store.ingest([
    event('requester', 'task.submitted', 0, { bytes: 3 }),
    event('requester', 'task.submitted', 1, other)
  ])
  const { steps, looked } = await taskJourney(observer.store, TASK)
  expect([steps.map(({ what }) => what), looked]).toEqual([['submitted'], 2])
})
