import { expect, test } from 'vitest'
import { answer } from '../../src/node/control-answer.ts'
import type { ControlRequest } from '../../src/node/control-protocol.ts'
import { BOB, ControlDouble, PEER, TASK, TRACE } from './control-double.ts'

async function answers(request: ControlRequest, agent = new ControlDouble()) {
  const { signal } = new AbortController()
  return Array.fromAsync(answer(agent, request, signal))
}

test('questions are answered once', async () => {
  expect(await answers({ op: 'peers' })).toEqual([{ ok: [PEER] }])
  expect(await answers({ op: 'cancel', task: TASK })).toEqual([{ ok: null }])
})

test('contents are dropped of one trace, or of all', async () => {
  const agent = new ControlDouble()
  expect(await answers({ op: 'forget', trace: TRACE }, agent)).toEqual([{ ok: null }])
  expect(await answers({ op: 'forget' }, agent)).toEqual([{ ok: null }])
  expect(agent.asked).toEqual([
    ['forget', TRACE],
    ['forget', undefined]
  ])
})

test('a run answers with the result alone', async () => {
  const [only, ...more] = await answers({ op: 'run', skill: 'shout', input: 1, options: {} })
  expect(only).toMatchObject({ ok: { value: 'HELLO', sealed: 'AQID' } })
  expect(more).toEqual([])
})

test('a failed task is an event, not a broken stream', async () => {
  const all = await answers({ op: 'submit', skill: 'fail', input: 1, options: {} })
  expect(all.at(-2)).toMatchObject({ event: { type: 'failed', error: { code: 'SKILL_FAILED' } } })
  expect(all.at(-1)).toEqual({ end: true })
})

test('leaving an admission takes it back', async () => {
  const agent = new ControlDouble()
  const held = answer(agent, { op: 'admit', peer: BOB }, new AbortController().signal)
  expect((await held.next()).value).toEqual({ event: { admitted: BOB } })
  expect(agent.allowed.has(BOB)).toBe(true)
  await held.return()
  expect(agent.allowed.has(BOB)).toBe(false)
})
