import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { deflateSync, gzipSync } from 'node:zlib'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { BODY_BYTES_MAX, BodyRoom, readBody } from '../../src/gateway/body.ts'
import { NDJSON, observed } from './observed.ts'
import type { Observed } from './observed.ts'
import { BROKEN_RUN } from './samples.ts'

const LINES = BROKEN_RUN.map((line) => JSON.stringify(line)).join('\n')

const send = (it: Observed, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  it.ask('/api/ingest', {
    key: it.key(['ingest']),
    headers: { 'content-type': NDJSON, ...headers },
    body
  })

test('packed bodies are unpacked', async () => {
  await using it = await observed()
  const packed = { gzip: gzipSync(LINES), deflate: deflateSync(LINES), GZIP: gzipSync(LINES) }
  for (const [packing, body] of Object.entries(packed)) {
    const { status, text } = await send(it, body, { 'content-encoding': packing })
    expect([status, JSON.parse(text)]).toEqual([
      200,
      { accepted: BROKEN_RUN.length, rejected: 0, errors: [] }
    ])
  }
})

test('what does not unpack, or is packed in another way, is refused', async () => {
  await using it = await observed()
  const gzip = { 'content-encoding': 'gzip' }
  const cut = gzipSync(LINES).subarray(0, 60)
  for (const body of [LINES, cut, randomBytes(1_000)]) {
    const { status, text } = await send(it, body, gzip)
    expect(status).toBe(400)
    expect(text).toContain('does not unpack')
  }
  for (const packing of ['br', 'zstd', 'gzip, gzip']) {
    expect((await send(it, LINES, { 'content-encoding': packing })).status).toBe(415)
  }
})

test('a bomb is refused where its bound is, however small it came', async () => {
  await using it = await observed()
  const bomb = gzipSync(Buffer.alloc(1024 * 1024 * 1024, 10))
  expect(bomb.length).toBeLessThan(1.1 * 1024 * 1024)
  const before = process.memoryUsage.rss()
  const { status, text } = await send(it, bomb, { 'content-encoding': 'gzip' })
  expect(status).toBe(413)
  expect(text).toContain(`more than ${BODY_BYTES_MAX} bytes`)
  expect(process.memoryUsage.rss() - before).toBeLessThan(256 * 1024 * 1024)
  expect((await send(it, LINES)).status).toBe(200)
})

test('one byte too many is refused by its length, and without one as it comes', async () => {
  await using it = await observed()
  const most = Buffer.alloc(BODY_BYTES_MAX, ' ')
  expect((await send(it, most)).status).toBe(200)
  const more = Buffer.alloc(BODY_BYTES_MAX + 1, ' ')
  expect((await send(it, more)).status).toBe(413)
  expect((await send(it, more, { 'transfer-encoding': 'chunked' })).status).toBe(413)
  expect((await send(it, LINES)).status).toBe(200)
})

test('bytes that are no UTF-8 are refused as a whole', async () => {
  await using it = await observed()
  const broken = Buffer.concat([Buffer.from(LINES), Buffer.from([10, 0xff, 0xfe])])
  const { status, text } = await send(it, broken)
  expect(status).toBe(400)
  expect(text).toContain('not UTF-8')
})

test('who goes away in the middle leaves nothing behind, and is no fault of ours', async () => {
  await using it = await observed()
  const key = it.key(['ingest'])
  const { port, host } = new URL(it.url)
  for (let at = 0; at < 20; at++) {
    const socket = connect(Number(port), '127.0.0.1')
    const head = `POST /api/ingest HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${key}\r\n`
    socket.write(`${head}Content-Type: ${NDJSON}\r\nContent-Length: 1000000\r\n\r\n{"type":`)
    await once(socket, 'connect')
    setTimeout(() => socket.destroy(), 5 * at)
    await once(socket, 'close')
  }
  expect((await send(it, LINES)).status).toBe(200)
  expect(it.logged).toEqual([])
})

test('all bodies together have a bound, and what was dealt with gives its room back', async () => {
  const room = new BodyRoom(100)
  const request = (bytes: number) =>
    new Request('http://127.0.0.1', { method: 'POST', body: 'x'.repeat(bytes) })
  {
    using one = room.portion()
    expect(await readBody(request(80), { portion: one })).toHaveLength(80)
    using other = room.portion()
    await expect(readBody(request(21), { portion: other })).rejects.toMatchObject({
      code: 'BUSY',
      facts: { retryAfterMs: 1_000 }
    })
  }
  using last = room.portion()
  expect(await readBody(request(100), { portion: last })).toHaveLength(100)
})
