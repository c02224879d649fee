import { describe, expect, it } from 'vitest'
import { PeerworkError } from '../../src/protocol/errors.ts'
import { refusal } from '../../src/tasks/refusal.ts'

describe('a refusal', () => {
  it('is a cancellation unless the reason says otherwise', () => {
    const canceled = refusal(new DOMException('aborted', 'AbortError'), 'os')
    expect(canceled).toMatchObject({ status: 'canceled', error: { code: 'CANCELED' } })
    const late = refusal(new PeerworkError('EXPIRED', 'too late', { lateMs: 5 }), 'process')
    expect(late).toMatchObject({
      status: 'failed',
      error: { code: 'EXPIRED', message: 'too late', facts: { lateMs: 5 } },
      isolation: 'process',
      usage: { wallMs: 0 }
    })
  })
})
