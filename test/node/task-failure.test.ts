import { expect, test } from 'vitest'
import { errorFrom, TaskFailure } from '../../src/node/task-failure.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'
import { NO_USAGE } from '../../src/protocol/message/result.ts'

const record = { code: 'BUDGET_EXCEEDED', message: 'too dear', facts: { used: 2 } } as const
const told = {
  ...{ task: 't', by: 'a', usage: NO_USAGE, chunks: 3, partial: { n: 1 } },
  sealed: Uint8Array.of(1, 2)
}
const failure = new TaskFailure(record, told)

test('it is an error like any other, with the hint of its code', () => {
  expect(failure).toBeInstanceOf(PeerworkError)
  expect(failure).toMatchObject({ code: 'BUDGET_EXCEEDED', facts: { used: 2 }, chunks: 3 })
  expect(failure.hint).toBe(new PeerworkError('BUDGET_EXCEEDED', '').hint)
})

test('it crosses JSON whole', () => {
  const back = errorFrom(JSON.parse(JSON.stringify(failure)))
  expect(back).toBeInstanceOf(TaskFailure)
  expect(back).toMatchObject({ ...record, ...told })
  const bare = new TaskFailure(record, { ...told, partial: undefined })
  expect((errorFrom(JSON.parse(JSON.stringify(bare))) as TaskFailure).partial).toBeUndefined()
})

test('an error that nobody signed stays a plain one, and a code from the future is told', () => {
  const plain = errorFrom({ code: 'BUSY', message: 'full' })
  expect(plain).not.toBeInstanceOf(TaskFailure)
  expect(plain.code).toBe('BUSY')
  const strange = errorFrom({ code: 'NEW_CODE', message: 'later' } as never)
  expect(strange).toMatchObject({ code: 'INTERNAL', message: 'NEW_CODE: later' })
})
