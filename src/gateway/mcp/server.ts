/** The MCP server: the tools, over streamable HTTP or stdio, in today's and older revisions. */

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { VERSION } from '../../node/version.ts'
import { toPeerworkError } from '../../protocol/errors.ts'
import { readBody } from '../body.ts'
import { defineRoute } from '../route.ts'
import type { Route } from '../route.ts'
import { askOver } from './ask.ts'
import type { Ask } from './ask.ts'
import { boundedText, UNTRUSTED } from './bounded.ts'
import { TOOLS } from './tools.ts'

const INSTRUCTIONS =
  'Traces of agents that work for each other. Begin with query_traces (status error), then ' +
  `get_trace and get_handoffs of one trace: they name the span that broke. ${UNTRUSTED}`

/** One question, bytes: some ids and words. */
const QUESTION_BYTES_MAX = 256 * 1024

export function createServer(ask: Ask): McpServer {
  const server = new McpServer(
    { name: 'peerwork-observer', version: VERSION },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS }
  )
  for (const { name, title, description, input, run } of TOOLS) {
    const hints = { readOnlyHint: true, idempotentHint: true, openWorldHint: false }
    const config = { title, description, inputSchema: input, annotations: { title, ...hints } }
    server.registerTool(name, config, async (given) => {
      try {
        const answer = await run(given as never, ask)
        return { content: [{ type: 'text', text: boundedText(answer) }] }
      } catch (error) {
        const { message } = toPeerworkError(error)
        return { isError: true, content: [{ type: 'text', text: message }] }
      }
    })
  }
  return server
}

/**
 * `POST /mcp`: each request stands for itself, with the rights of its key.
 *
 * @param fetch the observer's own door, asked with the same headers
 */
export function mcpRoute(
  url: () => string,
  fetch: (request: Request) => Response | Promise<Response>
): Route {
  return defineRoute({
    ...{ method: 'POST', path: '/mcp', scope: 'read', group: 'MCP' },
    summary: 'Model Context Protocol, streamable HTTP: the same questions as tools for agents',
    takes: ['application/json'],
    gives: ['application/json', 'text/event-stream'],
    handle: async ({ request }) => {
      const headers = { host: new URL(url()).host, ...forwarded(request.headers) }
      const ask = askOver({ url: url(), headers: () => headers, fetch })
      return createMcpHandler(() => createServer(ask)).fetch(await bounded(request))
    }
  })
}

/** The same request, its body read within bounds. @throws Refusal 413, 400, 415 */
async function bounded(request: Request): Promise<Request> {
  const body = await readBody(request, { bytesMax: QUESTION_BYTES_MAX })
  const headers = new Headers(request.headers)
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) {
    headers.delete(name)
  }
  const { url, method, signal } = request
  return new Request(url, { method, headers, signal, body: new Uint8Array(body) })
}

/** The proof of who asks, and nothing else. */
function forwarded(headers: Headers): Record<string, string> {
  const kept = ['authorization', 'cookie'].flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return Object.fromEntries(kept)
}

/**
 * Serve over this process's stdin and stdout until its client goes; asks a running observer.
 *
 * @param headers the proof of who asks
 */
export async function serveMcpStdio(
  url: string,
  headers: () => Readonly<Record<string, string>>
): Promise<void> {
  const ask = askOver({ url, headers, fetch: (request) => fetch(request) })
  const { promise, resolve } = Promise.withResolvers<void>()
  const handle = serveStdio(() => createServer(ask))
  process.stdin.once('close', resolve)
  process.stdin.once('end', resolve)
  await promise
  await handle.close()
}
