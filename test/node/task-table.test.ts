import { expect, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { Counters } from '../../src/node/counters.ts'
import { TaskTable } from '../../src/node/task-table.ts'

function table() {
  let elapsed = 0
  const clock = { ...systemClock, now: () => 1_000, elapsed: () => elapsed }
  const counters = new Counters()
  const made = new TaskTable(clock, counters)
  const open = (id: string, side: 'requester' | 'executor' = 'requester') =>
    made.open({ id, skill: 'x', trace: 't', side, peer: null })
  return { made, open, counters, pass: (ms: number) => void (elapsed += ms) }
}

test('a row tells the life of a task', () => {
  const { made, open, pass } = table()
  open('a')
  expect(made.list()).toMatchObject([{ id: 'a', state: 'submitted', started: 1_000, wallMs: null }])
  made.update('a', { state: 'working', peer: 'p' })
  pass(41.6)
  made.close('a', 'failed', 'BUSY')
  made.update('a', { state: 'working' })
  expect(made.list()).toEqual([
    {
      ...{ id: 'a', skill: 'x', trace: 't', side: 'requester', peer: 'p' },
      ...{ state: 'failed', code: 'BUSY', started: 1_000, wallMs: 42 }
    }
  ])
})

test('work for others begins as accepted', () => {
  const { made, open } = table()
  open('a', 'executor')
  expect(made.list()[0]?.state).toBe('accepted')
})

test('a thousand rows are kept; what is over goes first, the oldest of it first', () => {
  const { made, open } = table()
  for (let n = 0; n < 1_000; n++) open(`${n}`)
  made.close('5', 'completed', null)
  made.close('3', 'completed', null)
  for (const id of ['new-1', 'new-2', 'new-3']) open(id)
  const ids = made.list().map(({ id }) => id)
  expect(ids).toHaveLength(1_000)
  expect(ids).not.toContain('3')
  expect(ids).not.toContain('5')
  expect(ids).not.toContain('0')
  expect(ids.slice(-3)).toEqual(['new-1', 'new-2', 'new-3'])
})

test('what is unknown is not an error', () => {
  const { made } = table()
  made.update('nobody', { state: 'working' })
  made.close('nobody', 'completed', null)
  expect(made.list()).toEqual([])
})

test('an id that another peer chose as well, or we did, is a row of its own', () => {
  const { made } = table()
  const rest = { skill: 'x', trace: 't' } as const
  const own = made.open({ id: 'a', ...rest, side: 'requester', peer: null })
  const [one, two] = ['bob', 'carol'].map((peer) => {
    return made.open({ id: 'a', ...rest, side: 'executor', peer })
  })
  made.close(two ?? '', 'failed', 'BUSY')
  made.update(one ?? '', { state: 'working' })
  expect(own).toBe('a')
  expect(made.list().map(({ peer, state }) => [peer, state])).toEqual([
    ...[
      [null, 'submitted'],
      ['bob', 'working'],
      ['carol', 'failed']
    ]
  ])
})

test('what ended is counted once, by side, state and code', () => {
  const { made, open, counters } = table()
  const key = open('a', 'executor')
  made.close(key, 'failed', 'OUT_OF_MEMORY')
  made.close(key, 'canceled', 'CANCELED')
  made.close(open('b'), 'completed', null)
  expect(counters.samples('tasks_ended')).toEqual([
    { labels: { side: 'executor', state: 'failed', code: 'OUT_OF_MEMORY' }, value: 1 },
    { labels: { side: 'requester', state: 'completed', code: '' }, value: 1 }
  ])
})
