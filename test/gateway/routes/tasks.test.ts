import { expect, test } from 'vitest'
import { task } from '../../../src/gateway/answers-network.ts'
import { observed, TRACE } from '../observed.ts'
import { BROKEN_RUN } from '../samples.ts'

test('a task is found by its id, with what either side told of it', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const key = it.key(['read'])
  const path = `/api/v1/tasks/${encodeURIComponent('trip/1')}`
  const found = task.parse((await it.ask(path, { key })).json())
  expect(found).toMatchObject({ task: 'trip/1', trace: TRACE, all: true })
  expect(found.handoffs).toMatchObject([{ from: 'planner', to: 'booker', status: 'error' }])
  expect(found.steps.map(({ side, what }) => `${side} ${what}`)).toEqual([
    ...['giver submitted', 'taker accepted', 'giver accepted', 'taker started'],
    ...['taker failed', 'giver failed']
  ])
  expect(found.steps.every(({ sealed }) => !sealed)).toBe(true)
  const same = (await it.ask(`${path}?trace=${TRACE}`, { key })).json()
  expect(same).toEqual(found)
})

test('a task that nobody told of is not found, and that is said', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const answer = await it.ask(`/api/v1/tasks/${'ab'.repeat(16)}`, { key: it.key(['read']) })
  expect(answer.json()).toMatchObject({ trace: null, looked: 1, all: true, steps: [] })
})
