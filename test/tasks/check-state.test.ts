import { expect, test } from 'vitest'
import { checkState } from '../../src/tasks/check-state.ts'

test('a shared state is measured as JSON, in bytes', () => {
  expect(() => checkState({ text: 'ä'.repeat(100_000) })).not.toThrow()
  expect(() => checkState({ text: 'ä'.repeat(200_000) })).toThrow(
    expect.objectContaining({ code: 'INPUT_TOO_LARGE' })
  )
})
