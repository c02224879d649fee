import { expect, test } from 'vitest'
import { failureOf, isOwnTrouble, Refusal } from '../../src/gateway/failure.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'

const told = async (error: unknown) => {
  const response = failureOf(error)
  const body = (await response.json()) as Record<string, unknown>
  return { status: response.status, wait: response.headers.get('retry-after'), body, response }
}

test('a refusal of the door is told as it is', async () => {
  const { status, body, response } = await told(new Refusal(405, 'here: GET', { allow: 'GET' }))
  expect([status, body]).toEqual([
    405,
    { title: 'Method not allowed', status: 405, detail: 'here: GET' }
  ])
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('allow')).toBe('GET')
})

test('a client learns when to come again, in whole seconds', async () => {
  const busy = new PeerworkError('BUSY', 'full', { retryAfterMs: 1_200 })
  expect(await told(busy)).toMatchObject({ status: 429, wait: '2', body: { retry: true } })
  const soon = new PeerworkError('QUOTA_EXCEEDED', 'slow down', { retryAfterMs: 3 })
  expect(await told(soon)).toMatchObject({ status: 429, wait: '1' })
  const full = new PeerworkError('STORE_FULL', 'full')
  expect(await told(full)).toMatchObject({ status: 503, wait: '5' })
})

test('trouble of the store tells no paths', async () => {
  for (const code of ['STORE_FULL', 'STORE_FAILED'] as const) {
    expect(isOwnTrouble(code)).toBe(true)
    const { body } = await told(new PeerworkError(code, 'no room for /home/ann', { path: '/home' }))
    expect(JSON.stringify(body)).not.toContain('/home')
  }
  expect(isOwnTrouble('BAD_OPTION')).toBe(false)
})

test('a fault of our own says nothing of itself', async () => {
  const { status, body } = await told(new TypeError('secret'))
  expect(status).toBe(500)
  expect(JSON.stringify(body)).not.toContain('secret')
})

test('hints are for somebody at the other end of HTTP, not at a terminal', async () => {
  for (const code of ['BAD_OPTION', 'MALFORMED', 'TOO_LARGE', 'BUSY', 'QUOTA_EXCEEDED'] as const) {
    const { body } = await told(new PeerworkError(code, 'wrong'))
    expect(body['hint']).not.toMatch(/peerwork|--/)
  }
})
