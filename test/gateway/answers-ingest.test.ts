import { expect, test } from 'vitest'
import { ingested } from '../../src/gateway/answers-ingest.ts'

test('what was taken and what was not is counted, and faults say where', () => {
  const answer = {
    ...{ accepted: 1, rejected: 1 },
    errors: [{ line: 2, code: 'MALFORMED', message: 'no JSON' }]
  }
  expect(ingested.safeParse(answer).success).toBe(true)
  expect(ingested.safeParse({ accepted: 1 }).success).toBe(false)
})
