/** A stand-in for a third party's model server: answers every request as the test says. */

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ModelServer extends AsyncDisposable {
  /** With `/v1`. */
  readonly url: string
  readonly requests: { readonly headers: IncomingMessage['headers']; readonly body: unknown }[]
}

export async function serveModel(
  answer: (response: ServerResponse) => void | Promise<void>
): Promise<ModelServer> {
  const requests: ModelServer['requests'] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(parts).toString() || 'null')
      requests.push({ headers: request.headers, body })
      Promise.resolve(answer(response)).catch(() => response.destroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

/** Events as a model server streams them, cut into writes of `size` bytes. */
export async function stream(
  response: ServerResponse,
  events: readonly unknown[],
  { size = Infinity, end = '\n' }: { size?: number; end?: string } = {}
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  const lines = events.map((event) => {
    const data = typeof event === 'string' ? event : `data: ${JSON.stringify(event)}`
    return data + end + end
  })
  const bytes = Buffer.from(lines.join(''))
  for (let at = 0; at < bytes.length; at += size) {
    response.write(bytes.subarray(at, at + size))
    if (size !== Infinity) await new Promise((resolve) => setImmediate(resolve))
  }
  response.end()
}

export const piece = (content: string, finish: string | null = null): unknown => ({
  model: 'tiny-1',
  choices: [{ index: 0, delta: { content }, finish_reason: finish }]
})
