import { expect, test } from 'vitest'
import { observed } from '../observed.ts'

test('whoever asks learns who it is, and what it may', async () => {
  await using it = await observed()
  const asked = await it.ask('/api/v1/me', { key: it.key(['read'], 'screen') })
  expect(asked.json()).toEqual({ name: 'screen', by: 'key', scopes: ['read'] })
  const person = await it.ask('/api/v1/me', { headers: { cookie: await it.cookie() } })
  expect(person.json()).toEqual({ name: 'owner', by: 'session', scopes: ['admin'] })
  expect((await it.ask('/api/v1/me')).status).toBe(401)
})
