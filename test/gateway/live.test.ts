import { once } from 'node:events'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { observed, SPAN, TRACE } from './observed.ts'
import type { Observed } from './observed.ts'
import { BROKEN_RUN } from './samples.ts'

interface Reader {
  readonly response: IncomingMessage
  /** Everything read so far. */
  readonly seen: () => string
  readonly ended: Promise<void>
}

async function follow(it: Observed, query = '', key = it.key(['read'])): Promise<Reader> {
  const headers = { authorization: `Bearer ${key}` }
  const request = get(`${it.url}/api/v1/live${query}`, { headers, agent: false })
  onTestFinished(() => void request.destroy())
  request.on('error', () => undefined)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let seen = ''
  response.setEncoding('utf8').on('data', (piece: string) => (seen += piece))
  response.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => response.on('close', resolve))
  return { response, seen: () => seen, ended }
}

test('what is new is told as it is stored, to whoever asked for it', async () => {
  await using it = await observed()
  const all = await follow(it)
  const one = await follow(it, `?trace=${TRACE}`)
  expect(all.response.headers['content-type']).toBe('text/event-stream')
  await it.tell(...BROKEN_RUN, { ...BROKEN_RUN[0], trace: 'ef'.repeat(16) })
  await expect.poll(all.seen).toContain('event: new')
  await expect.poll(one.seen).toContain('event: new')
  const told = (reader: Reader) =>
    JSON.parse(/^data: (.*)$/m.exec(reader.seen())?.[1] ?? '') as Record<string, unknown[]>
  expect(told(all)['traces']).toEqual([TRACE, 'ef'.repeat(16)])
  expect(told(one)).toMatchObject({ traces: [TRACE], more: 0 })
  expect(told(one)['spans']).toHaveLength(3)
  expect(told(one)['handoffs']).toHaveLength(2)
  expect(JSON.stringify(told(one))).not.toContain('http.status')
})

test('what was known before is not news', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const reader = await follow(it)
  await it.tell({ ...BROKEN_RUN[0], name: 'other', span: SPAN })
  await expect.poll(reader.seen).toContain('other')
  expect(reader.seen().match(/event: new/g)).toHaveLength(1)
})

test('who reads too slowly is let go, and holds nobody up', async () => {
  await using it = await observed()
  const slow = await follow(it)
  slow.response.pause()
  const fast = await follow(it)
  const name = 'x'.repeat(500)
  const [first] = BROKEN_RUN
  for (let round = 0; round < 40 && !slow.response.readableEnded; round++) {
    const lines = Array.from({ length: 400 }, (_, at) => ({
      ...{ ...first, name },
      span: (round * 400 + at + 1).toString(16).padStart(16, '0')
    }))
    await it.tell(...lines)
  }
  slow.response.resume()
  await slow.ended
  expect(slow.seen()).toContain('event: behind\ndata: {}')
  expect(fast.seen()).not.toContain('event: behind')
  expect((await it.ask('/healthz')).status).toBe(200)
})

test('there is a bound on readers, of each and of all, and who leaves makes room', async () => {
  await using it = await observed()
  const readers: Reader[] = []
  const keys = Array.from({ length: 5 }, () => it.key(['read']))
  for (const key of keys) {
    for (let at = 0; at < 10; at++) readers.push(await follow(it, '', key))
    const refused = (await follow(it, '', key)).response
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '10'])
  }
  expect(readers.map(({ response }) => response.statusCode)).toEqual(readers.map(() => 200))
  const other = it.key(['read'])
  expect((await follow(it, '', other)).response.statusCode).toBe(429)
  readers[0]?.response.destroy()
  await expect.poll(async () => (await follow(it, '', other)).response.statusCode).toBe(200)
})

test('a key that is revoked reads nothing new', async () => {
  await using it = await observed()
  const reader = await follow(it, '', it.key(['read'], 'one'))
  it.door.keys.revoke('one', 'test')
  it.clock.aheadMs += 1_000
  await it.tell(...BROKEN_RUN)
  await reader.ended
  expect(reader.seen()).not.toContain(TRACE)
})

test('closing ends every reader', async () => {
  const it = await observed()
  const readers = [await follow(it), await follow(it)]
  await it[Symbol.asyncDispose]()
  await Promise.all(readers.map(({ ended }) => ended))
  await sleep(10)
  expect(it.logged).toEqual([])
})
