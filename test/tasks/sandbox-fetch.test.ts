import { describe, expect, it } from 'vitest'
import { FETCH_WINDOW_BYTES, FETCHES_MAX } from '../../src/tasks/limits.ts'
import { createGuestFetch } from '../../src/tasks/sandbox-fetch.ts'
import type { FromRunner } from '../../src/tasks/sandbox-messages.ts'

const NOTHING = new Uint8Array()
const head = {
  type: 'fetch-head',
  task: 't',
  call: 0,
  status: 200,
  statusText: 'Fine',
  headers: [['x-a', 'b']],
  url: 'http://a.test/',
  redirected: false
} as const

function open() {
  const sent: { message: FromRunner; bytes: number }[] = []
  const abort = new AbortController()
  const net = createGuestFetch(
    't',
    (message, payload) => void sent.push({ message, bytes: payload?.length ?? 0 }),
    abort.signal
  )
  const types = (): string[] => sent.map(({ message }) => message.type)
  return { ...net, sent, types, abort }
}

describe('fetch inside a runner', () => {
  it('asks, and answers with the head as soon as it is there', async () => {
    const { fetch, take, sent, types } = open()
    const asked = fetch('http://a.test/', { headers: { accept: 'x' } })
    await expect.poll(() => types()).toEqual(['fetch'])
    expect(sent[0]?.message).toMatchObject({
      method: 'GET',
      url: 'http://a.test/',
      headers: [['accept', 'x']],
      body: false
    })
    take(head, NOTHING)
    const response = await asked
    expect([response.status, response.url, response.headers.get('x-a')]).toEqual([
      200,
      'http://a.test/',
      'b'
    ])
    take({ type: 'fetch-data', task: 't', call: 0 }, Buffer.from('body'))
    take({ type: 'fetch-end', task: 't', call: 0 }, NOTHING)
    expect(await response.text()).toBe('body')
    expect(types()).toEqual(['fetch', 'fetch-credit'])
  })

  it('fails with what the agent says', async () => {
    const { fetch, take } = open()
    const asked = fetch('http://a.test/')
    const error = { code: 'HOST_DENIED', message: 'no' } as const
    await Promise.resolve()
    take({ type: 'fetch-failed', task: 't', call: 0, error }, NOTHING)
    await expect(asked).rejects.toMatchObject(error)
  })

  it('sends no more of a body than the agent has room for', async () => {
    const { fetch, take, sent, abort } = open()
    const size = FETCH_WINDOW_BYTES * 2
    const asked = fetch('http://a.test/', { method: 'POST', body: new Uint8Array(size) })
    const total = (): number => sent.reduce((sum, { bytes }) => sum + bytes, 0)
    await expect.poll(total).toBe(FETCH_WINDOW_BYTES)
    take({ type: 'fetch-credit', task: 't', call: 0, bytes: FETCH_WINDOW_BYTES }, NOTHING)
    await expect.poll(() => sent.at(-1)?.message.type).toBe('fetch-body-end')
    expect(total()).toBe(size)
    abort.abort(new Error('over'))
    await expect(asked).rejects.toThrow('over')
  })

  it('tells the agent when nobody wants the answer any more', async () => {
    const { fetch, types, abort } = open()
    const own = new AbortController()
    const asked = fetch('http://a.test/', { signal: own.signal })
    own.abort(new Error('mine'))
    await expect(asked).rejects.toThrow('mine')
    expect(types()).toEqual(['fetch', 'fetch-abort'])
    abort.abort(new Error('task over'))
    await expect(fetch('http://a.test/')).rejects.toThrow('task over')
  })

  it('has a bound on what is open at a time', async () => {
    const { fetch, abort } = open()
    const many = Array.from({ length: FETCHES_MAX }, () => fetch('http://a.test/').catch(() => 0))
    await expect(fetch('http://a.test/')).rejects.toThrow('at a time')
    abort.abort()
    await Promise.all(many)
  })
})
