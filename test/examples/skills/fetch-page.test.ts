import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import fetchPage from '../../../examples/skills/fetch-page.ts'
import { checked, listen } from './context.ts'

async function fetchFrom(answer: (response: ServerResponse, path: string) => void) {
  const server = createServer((request, response) => answer(response, request.url ?? ''))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  try {
    const heard = listen({ config: { hosts: ['*'] }, fetch: globalThis.fetch })
    const value = await fetchPage.run(await checked(fetchPage.input, { url }), heard.ctx)
    return { value: await checked(fetchPage.output, value), url }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('returns what a reader would see, and the links, after redirects', async () => {
  const html =
    '<html><head><title>Tides &amp; Time</title><style>p{}</style></head><body>' +
    '<nav><a href="/menu">Menu</a></nav><h1>Tides</h1><p>The <b>sea</b> rises.<p>It falls.' +
    '<script>alert("no <p>")</script><p><a href="more?a=1#part">Read more</a></body></html>'
  const { value, url } = await fetchFrom((response, path) => {
    if (path === '/') response.writeHead(302, { location: '/book/one' }).end()
    else response.writeHead(200, { 'content-type': 'text/html' }).end(html)
  })
  expect(value).toEqual({
    url: `${url}book/one`,
    status: 200,
    title: 'Tides & Time',
    text: 'Tides\nThe sea rises.\nIt falls.\nRead more',
    links: [
      { url: `${url}menu`, text: 'Menu' },
      { url: `${url}book/more?a=1`, text: 'Read more' }
    ],
    truncated: false
  })
})

test('reports the status of a page that is not there', async () => {
  const { value } = await fetchFrom((response) => {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Gone</h1>')
  })
  expect(value).toMatchObject({ status: 404, text: 'Gone' })
})

test('reads plain text and JSON as they are', async () => {
  const { value } = await fetchFrom((response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"a": "<b>"}')
  })
  expect(value.text).toBe('{"a": "<b>"}')
})

test('reads the encoding that the header or the page names', async () => {
  const page = Buffer.from('<meta charset="iso-8859-1"><p>Grüße</p>', 'latin1')
  for (const type of ['text/html', 'text/html; charset=iso-8859-1']) {
    const { value } = await fetchFrom((response) => {
      response.writeHead(200, { 'content-type': type }).end(page)
    })
    expect(value.text).toBe('Grüße')
  }
})

test('stops reading a page without end, and says that there was more', async () => {
  const { value } = await fetchFrom((response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    const flood = (): void => {
      while (response.write('<p>and again</p>'.repeat(4096)));
      response.once('drain', flood)
    }
    flood()
  })
  expect(value.truncated).toBe(true)
  expect(Buffer.byteLength(value.text)).toBeLessThanOrEqual(64 * 1024)
})

test('refuses what is no text', async () => {
  const picture = fetchFrom((response) => {
    response.writeHead(200, { 'content-type': 'image/png' }).end('…')
  })
  await expect(picture).rejects.toThrow('image/png')
})

test('refuses addresses that are no web page before asking anybody', async () => {
  for (const url of ['file:///etc/passwd', 'ftp://example.org', 'javascript:alert(1)', 'x']) {
    await expect(checked(fetchPage.input, { url })).rejects.toThrow()
  }
})

test('asks for no page with a user and a password in its address', async () => {
  for (const url of ['http://me:sesame@example.org/', 'http://me@example.org/']) {
    await expect(checked(fetchPage.input, { url })).rejects.toThrow('must be without user')
  }
  await expect(checked(fetchPage.input, { url: 'file:///etc/passwd' })).rejects.toThrow(
    'must be an address that begins with http:// or https://'
  )
})
