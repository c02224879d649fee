import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { Sender } from '../../../src/observer/export/send.ts'
import { span } from '../alerts/house.ts'

type Said = { readonly status: number; readonly body?: string; readonly headers?: object }

async function backend(answer: (packed: boolean) => Said) {
  const bodies: { packed: boolean; json: unknown }[] = []
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const packed = request.headers['content-encoding'] === 'gzip'
      const text = (packed ? gunzipSync(body) : body).toString()
      bodies.push({ packed, json: JSON.parse(text) as unknown })
      const { status, body: said = '', headers = {} } = answer(packed)
      response.writeHead(status, { ...headers }).end(said)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { bodies, url: new URL(`http://127.0.0.1:${port}/v1/traces`) }
}

const { signal } = new AbortController()
const spans = [1, 2, 3].map(() => ({ ...span({ endUs: 5 }), kind: 'task', status: 'ok' }) as const)

test('what an answer means depends on whose fault it tells of', async () => {
  let said: Said = { status: 200 }
  const { url } = await backend(() => said)
  const sender = new Sender({ url, headers: {} })
  const after = async (next: Said) => {
    said = next
    return sender.send(spans, signal)
  }
  expect(await after({ status: 200 })).toEqual({ kind: 'taken', rejected: 0 })
  expect(await after({ status: 202, body: 'thanks' })).toEqual({ kind: 'taken', rejected: 0 })
  const partly = JSON.stringify({ partialSuccess: { rejectedSpans: '9' } })
  expect(await after({ status: 200, body: partly })).toEqual({ kind: 'taken', rejected: 3 })
  for (const status of [400, 413, 415, 422]) {
    expect(await after({ status })).toEqual({ kind: 'never', why: `it answered ${status}` })
  }
  for (const status of [301, 401, 403, 404, 408, 429, 500, 502, 503, 504]) {
    expect(await after({ status })).toMatchObject({ kind: 'again', waitMs: 0 })
  }
})

test('a time to come again is one in seconds or a date by the clock of who says it', async () => {
  let headers: object = {}
  const { url } = await backend(() => ({ status: 503, headers }))
  const sender = new Sender({ url, headers: {} })
  const waitAfter = async (next: object) => {
    headers = next
    const verdict = await sender.send(spans, signal)
    return verdict.kind === 'again' ? verdict.waitMs : undefined
  }
  const date = 'Sat, 21 Nov 2026 10:00:00 GMT'
  expect(await waitAfter({ 'retry-after': '30' })).toBe(30_000)
  expect(await waitAfter({ date, 'retry-after': 'Sat, 21 Nov 2026 10:01:30 GMT' })).toBe(90_000)
  expect(await waitAfter({ date, 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' })).toBe(0)
  expect(await waitAfter({ 'retry-after': '999999999' })).toBe(3_600_000)
  expect(await waitAfter({ 'retry-after': 'soon' })).toBe(0)
})

test('who never unpacked anything is sent the same plain, and only then believed', async () => {
  const never = await backend((packed) => ({ status: packed ? 415 : 200 }))
  const sender = new Sender({ url: never.url, headers: {} })
  expect(await sender.send(spans, signal)).toEqual({ kind: 'taken', rejected: 0 })
  expect(sender.packs).toBe(false)
  await sender.send(spans, signal)
  expect(never.bodies.map(({ packed }) => packed)).toEqual([true, false, false])
  expect(never.bodies[1]?.json).toEqual(never.bodies[0]?.json)
  let status = 200
  const does = await backend(() => ({ status }))
  const packing = new Sender({ url: does.url, headers: {} })
  await packing.send(spans, signal)
  status = 400
  expect(await packing.send(spans, signal)).toMatchObject({ kind: 'never' })
  expect(does.bodies.map(({ packed }) => packed)).toEqual([true, true])
  const told = new Sender({ url: does.url, headers: {}, compression: 'none' })
  await told.send(spans, signal)
  expect(does.bodies.at(-1)?.packed).toBe(false)
})
