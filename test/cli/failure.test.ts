import { expect, test } from 'vitest'
import { errorJson, exitCodeOf, showError } from '../../src/cli/failure.ts'
import { ERRORS, PeerworkError } from '../../src/protocol/errors.ts'
import { contextOf } from './harness.ts'

const busy = new PeerworkError('BUSY', 'alice is full', { retryAfterMs: 500, peer: 'alice' })

test('an error says what, with which facts, and what next', () => {
  const { context, err } = contextOf()
  showError(busy, context.err, false)
  expect(err.text.split('\n')).toEqual([
    'error BUSY: alice is full',
    '  retryAfterMs: 500',
    `hint: ${ERRORS.BUSY.hint}`,
    ''
  ])
})

test('a message from a peer cannot paint the terminal', () => {
  const { context, err } = contextOf({ tty: true })
  showError(new PeerworkError('SKILL_FAILED', 'bad\u001b[2J\nerror X: fake'), context.err, false)
  expect(err.text).not.toContain('\u001b[2J')
  expect(err.text).not.toContain('\nerror X')
})

test('the stack is shown only on request', () => {
  const { context, err } = contextOf()
  showError(busy, context.err, true)
  expect(err.text).toContain('failure.test.ts')
})

test('the hint for a wrong option names the command', () => {
  const { context, err } = contextOf()
  showError(new PeerworkError('BAD_OPTION', 'no', { command: 'run' }), context.err, false)
  expect(err.text).toContain('peerwork run --help')
  expect(err.text).not.toContain('command:')
  showError(new PeerworkError('BAD_OPTION', 'no'), context.err, false, 'observe')
  expect(err.text).toContain('peerwork observe --help')
})

test('JSON carries code, message, facts and hint', () => {
  expect(errorJson(busy)).toEqual({
    error: {
      code: 'BUSY',
      message: 'alice is full',
      facts: { retryAfterMs: 500, peer: 'alice' },
      hint: ERRORS.BUSY.hint
    }
  })
  expect(exitCodeOf(busy)).toBe(4)
})
