import { expect, test } from 'vitest'
import { fold } from '../../src/observer/fold.ts'
import { ALICE, BOB, TASK, TRACE } from '../node/control-double.ts'

const bob = { id: BOB, boot: '00112233aabbccdd', name: 'bob' }
const alice = { id: ALICE, boot: 'ddccbbaa33221100', name: 'alice' }
const asked = {
  ...{ seq: 3, at: 1_000, trace: TRACE, span: '00000000000000aa', task: TASK, skill: 'chat' },
  ...{ side: 'requester' as const, peer: ALICE }
} as const
const done = {
  ...{ ...asked, span: '00000000000000bb', parent: '00000000000000aa', side: 'executor' as const },
  ...{ peer: BOB, at: 1_500 }
} as const

test('both sides of a task tell of one handoff', () => {
  const [offered] = fold({ ...asked, type: 'task.submitted', bytes: 7 }, bob).handoffs
  const [taken] = fold({ ...done, type: 'task.accepted', ahead: 0 }, alice).handoffs
  expect(taken).toMatchObject({ id: offered?.id, side: 'taker', from: BOB, to: ALICE })
})

test('a handoff to a person is told by the giver alone', () => {
  const handoff = 'ab'.repeat(16)
  const offered = { ...done, type: 'handoff.offered', handoff, mode: 'human', to: 'Ada' } as const
  const ended = { ...done, type: 'handoff.ended', handoff, outcome: 'rejected' } as const
  const parts = [offered, ended].flatMap((event) => fold(event, alice).handoffs)
  expect(parts).toMatchObject([
    { id: handoff, side: 'giver', mode: 'human', from: ALICE, to: 'Ada', status: 'offered' },
    { id: handoff, side: 'giver', status: 'rejected', error: { code: 'rejected' } }
  ])
})

test('what is only on its way says nothing of a handoff', () => {
  expect(fold({ ...done, type: 'task.progress', fraction: 0.5 }, alice).handoffs).toEqual([])
  expect(fold({ ...done, type: 'task.streaming' }, alice).handoffs).toEqual([])
})
