import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { post } from '../../src/trace/post.ts'

const BODY = '{"type":"span"}\n'
const { signal } = new AbortController()

async function posted(handle: RequestListener) {
  const server = createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return post({ url, key: 'pwk_x', body: BODY, signal })
}

test('lines go as NDJSON with the key, and what was refused is counted', async () => {
  const seen: string[] = []
  const answer = await posted((request, response) => {
    const { method, url, headers } = request
    seen.push(`${method} ${url} ${headers.authorization} ${headers['content-type']}`)
    request.on('data', (data: Buffer) => seen.push(data.toString()))
    request.on('end', () =>
      response.end('{"accepted":0,"rejected":1,"errors":[{"line":1,"message":"trace: missing"}]}')
    )
  })
  expect(seen).toEqual(['POST /api/ingest Bearer pwk_x application/x-ndjson', BODY])
  expect(answer).toEqual({
    ...{ again: false, refused: 1, why: 'refused by the observer: trace: missing' }
  })
})

test('who is busy or broken is asked again, who says no is not', async () => {
  const answers = [
    [429, { 'retry-after': '3' }, { again: true, waitMs: 3_000 }],
    [503, { 'retry-after': 'soon' }, { again: true, waitMs: undefined }],
    [500, {}, { again: true, waitMs: undefined }],
    [404, {}, { again: false, refused: Infinity }],
    [413, {}, { again: false, refused: Infinity }],
    [302, { location: '/elsewhere' }, { again: false, refused: Infinity }]
  ] as const
  for (const [status, headers, expected] of answers) {
    const answer = await posted((_, response) => response.writeHead(status, headers).end())
    expect(answer).toEqual({ ...expected, why: `the observer answered ${status}` })
  }
})

test('who has the wrong key is told what to do about it', async () => {
  const why = async (status: number): Promise<string> =>
    (await posted((_, response) => response.writeHead(status).end())).why
  expect(await why(401)).toBe(
    'the observer answered 401: it does not know this key (peerwork observe key create)'
  )
  expect(await why(403)).toContain('403: this key may not bring traces (--scope ingest)')
})

test('an answer that breaks off, or never ends, is no reason to wait or to throw', async () => {
  const broken = await posted((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('{"rejec')
    setTimeout(() => response.destroy(), 50)
  })
  expect(broken).toMatchObject({ again: true })
  const endless = await posted((_, response) => {
    const more = setInterval(() => response.write('x'.repeat(64 * 1024)), 1)
    response.on('close', () => clearInterval(more))
  })
  expect(endless).toMatchObject({ again: false, why: 'what answered is no observer' })
})

test('nobody there, a name that is none, and an abort are told as reasons', async () => {
  const nobody = { url: 'http://127.0.0.1:9', key: 'k', body: BODY }
  expect(await post({ ...nobody, signal })).toMatchObject({ again: true })
  expect(await post({ ...nobody, key: 'a\nb', signal })).toMatchObject({ again: true })
  expect(await post({ ...nobody, signal: AbortSignal.abort() })).toMatchObject({ again: true })
})
