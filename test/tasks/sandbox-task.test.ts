import { describe, expect, it } from 'vitest'
import { PeerworkError } from '../../src/protocol/errors.ts'
import { recordOf } from '../../src/tasks/sandbox-task.ts'

describe('what a skill threw, as a record', () => {
  it('keeps the code of our own errors', () => {
    const error = new PeerworkError('HOST_DENIED', 'no', { host: 'x' })
    expect(recordOf(error)).toEqual({ code: 'HOST_DENIED', message: 'no', facts: { host: 'x' } })
  })

  it.each([
    [new Error('plain'), 'plain'],
    [new TypeError('typed'), 'TypeError: typed'],
    ['text', 'the skill threw text'],
    [undefined, 'the skill threw undefined'],
    [new Error('x'.repeat(9000)), 'x'.repeat(4096)],
    [
      {
        toString() {
          throw new Error('evil')
        }
      },
      'the skill threw something that cannot be shown'
    ]
  ])('says what it was (%#)', (thrown, message) => {
    expect(recordOf(thrown)).toEqual({ code: 'SKILL_FAILED', message })
  })

  it('knows when memory ran out', () => {
    for (const text of ['Array buffer allocation failed', 'Failed to allocate memory']) {
      expect(recordOf(new RangeError(text)).code).toBe('OUT_OF_MEMORY')
    }
    expect(recordOf(new RangeError('Invalid array length')).code).toBe('SKILL_FAILED')
  })
})
