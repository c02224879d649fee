import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { InFlight } from '../../../src/gateway/access/in-flight.ts'
import { NDJSON, observed } from '../observed.ts'

test('each has a bound of its own, and what is done makes room', () => {
  const all = new InFlight()
  const first = Array.from({ length: 64 }, () => all.enter('a'))
  expect(() => all.enter('a')).toThrow(expect.objectContaining({ code: 'BUSY' }))
  all.enter('b')[Symbol.dispose]()
  first[0]?.[Symbol.dispose]()
  all.enter('a')[Symbol.dispose]()
})

test('a key that brings hundreds of bodies slowly leaves room for everybody else', async () => {
  await using it = await observed()
  const { host, port } = new URL(it.url)
  const slow = it.key(['ingest'])
  const head = `POST /api/ingest HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${NDJSON}\r\n`
  const answers: string[] = []
  for (let at = 0; at < 220; at++) {
    const socket = connect(Number(port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined).on('data', (data) => answers.push(String(data)))
    await once(socket, 'connect')
    socket.write(`${head}Authorization: Bearer ${slow}\r\nContent-Length: 1000\r\n\r\n{`)
  }
  await expect.poll(() => answers.length).toBeGreaterThanOrEqual(150)
  expect(answers.every((text) => text.startsWith('HTTP/1.1 429 '))).toBe(true)
  expect((await it.ask('/api/v1/traces', { key: it.key(['read']) })).status).toBe(200)
  expect((await it.ask('/healthz')).status).toBe(200)
})

test('who has no key and sends no body keeps nobody out', async () => {
  await using it = await observed()
  const { host, port } = new URL(it.url)
  const answers: string[] = []
  for (let at = 0; at < 220; at++) {
    const socket = connect(Number(port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined).on('data', (data) => answers.push(String(data)))
    await once(socket, 'connect')
    const length = at % 2 === 0 ? 'Content-Length: 1000' : 'Transfer-Encoding: chunked'
    socket.write(`POST /api/ingest HTTP/1.1\r\nHost: ${host}\r\n${length}\r\n\r\n`)
  }
  await expect.poll(() => answers.length).toBeGreaterThanOrEqual(200)
  expect((await it.ask('/api/v1/traces', { key: it.key(['read']) })).status).toBe(200)
})
