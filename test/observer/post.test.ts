import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { guardOf, post } from '../../src/observer/post.ts'
import { hook } from './alerts/house.ts'

const send = (url: string, allowed?: readonly string[]) =>
  post({
    ...{ url: new URL(url), headers: { 'x-a': 'b' }, body: 'ü' },
    ...(allowed !== undefined && { guard: guardOf(allowed) })
  })

test('a body arrives with its length, and the answer with what it asks for', async () => {
  const { got, url, host } = await hook(() => ({ status: 503, headers: { 'retry-after': '7' } }))
  expect(await send(url, [host])).toEqual({ status: 503, text: '', retryAfterMs: 7_000 })
  expect(got[0]).toMatchObject({ body: 'ü', headers: { 'x-a': 'b', 'content-length': '2' } })
  expect((await send(url)).status).toBe(503)
})

test('a name that leads into the own network is not followed there', async () => {
  const { got, port } = await hook(() => 204)
  const refused = { code: 'HOST_DENIED' }
  // The name passes as a name; what it resolves to does not.
  await expect(send(`https://localhost:${port}/`, [])).rejects.toMatchObject(refused)
  await expect(send(`http://localhost:${port}/`, [])).rejects.toMatchObject(refused)
  await expect(send(`http://127.0.0.1:${port}/`, ['127.0.0.1'])).rejects.toMatchObject(refused)
  expect(got).toEqual([])
  expect((await send(`http://localhost:${port}/`, [`localhost:${port}`])).status).toBe(204)
})

test('an answer without end is read to its bound', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n')
    const more = (): void => {
      while (socket.writable && socket.write('x'.repeat(65_536)));
    }
    socket.on('drain', more)
    more()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const { status, text } = await send(`http://127.0.0.1:${port}/`)
  expect(status).toBe(200)
  expect(text.length).toBeLessThanOrEqual(65_536)
})

test('what is no host is no allowance', () => {
  expect(() => guardOf(['http://x/'])).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
})
