import { expect, test } from 'vitest'
import { fromWireResult, toWireEvent, toWireResult } from '../../src/node/control-protocol.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'
import { RESULT, TASK } from './control-double.ts'

test('a result survives the way through JSON, seal included', () => {
  const wire = JSON.parse(JSON.stringify(toWireResult(RESULT))) as ReturnType<typeof toWireResult>
  expect(fromWireResult(wire)).toEqual(RESULT)
})

test('an error in an event crosses as a record', () => {
  const error = new PeerworkError('BUSY', 'full', { retryAfterMs: 10 })
  const wire = toWireEvent({ type: 'failed', task: TASK, error })
  expect(JSON.parse(JSON.stringify(wire))).toMatchObject({
    type: 'failed',
    error: { code: 'BUSY', message: 'full', facts: { retryAfterMs: 10 } }
  })
})
