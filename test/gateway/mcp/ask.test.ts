import { expect, test } from 'vitest'
import { askOver } from '../../../src/gateway/mcp/ask.ts'
import { observed, TRACE } from '../observed.ts'

const over = (url: string, key: string) =>
  askOver({
    ...{ url, headers: () => ({ authorization: `Bearer ${key}` }) },
    fetch: (request) => fetch(request)
  })

test('a question is asked with its conditions, and what is undefined is not said', async () => {
  await using it = await observed()
  const ask = over(it.url, it.key(['read']))
  expect(await ask('/api/v1/traces', { limit: 3, after: undefined })).toEqual({ items: [] })
  await expect(ask('/api/v1/traces', { limit: 0 })).rejects.toMatchObject({
    message: expect.stringMatching(/^limit: /)
  })
})

test('refusals are errors with the words of the observer', async () => {
  await using it = await observed()
  const ask = over(it.url, it.key(['read']))
  await expect(ask(`/api/v1/traces/${TRACE}`)).rejects.toMatchObject({ code: 'BAD_OPTION' })
  await expect(over(it.url, 'pwk_wrong')('/api/v1/traces')).rejects.toMatchObject({
    ...{ code: 'CONTROL_FAILED', message: expect.stringContaining('Authorization') }
  })
})

test('a proof that is known no more is renewed, and the question repeated, once', async () => {
  await using it = await observed()
  const keys = ['pwk_over', it.key(['read'])]
  const renewed: unknown[] = []
  const reached = {
    ...{ url: it.url, fetch: (request: Request) => fetch(request) },
    headers: () => ({ authorization: `Bearer ${keys[0]}` }),
    renew: (refused: object) => void renewed.push(refused, keys.shift())
  }
  expect(await askOver(reached)('/api/v1/traces')).toEqual({ items: [] })
  expect(renewed).toEqual([{ authorization: 'Bearer pwk_over' }, 'pwk_over'])
  keys.unshift('pwk_one', 'pwk_two')
  const asked = askOver(reached)('/api/v1/traces')
  await expect(asked).rejects.toThrow('Authorization')
  expect(keys).toHaveLength(2)
})

test('nobody there, and somebody else there, are told as what they are', async () => {
  await expect(over('http://127.0.0.1:9', 'k')('/api/v1/traces')).rejects.toMatchObject({
    ...{ code: 'CONTROL_FAILED', message: expect.stringMatching(/^no observer answers at http/) }
  })
  const page = askOver({
    ...{ url: 'http://127.0.0.1', headers: () => ({}) },
    fetch: () => new Response('<h1>')
  })
  await expect(page('/')).rejects.toMatchObject({ code: 'MALFORMED' })
})
