/** The MCP server: the tools, over streamable HTTP or stdio, in today's and older revisions. */

import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import type { CallToolResult } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { VERSION } from '../../node/version.ts'
import { toPeerworkError } from '../../protocol/errors.ts'
import type { JsonObject } from '../../protocol/json.ts'
import { readBody } from '../body.ts'
import { defineRoute } from '../route.ts'
import type { Route } from '../route.ts'
import { askOver, changeOver } from './ask.ts'
import type { Ask, Change, Proof, Reached } from './ask.ts'
import { boundedText, UNTRUSTED } from './bounded.ts'
import { SHARE_TRACE } from './share-trace.ts'
import { TOOLS } from './tools.ts'

const INSTRUCTIONS =
  'Traces of agents that work for each other. Begin with query_traces (status error), then ' +
  `get_trace and get_handoffs of one trace: they name the span that broke. ${UNTRUSTED}`

/** One question, bytes: some ids and words. */
const QUESTION_BYTES_MAX = 256 * 1024

/** @param change when tools that change something are wanted */
export function createServer(ask: Ask, change?: Change): McpServer {
  const server = new McpServer(
    { name: 'peerwork-observer', version: VERSION },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS }
  )
  for (const { name, title, description, input, run } of TOOLS) {
    const hints = { readOnlyHint: true, idempotentHint: true, openWorldHint: false }
    const config = { title, description, inputSchema: input, annotations: { title, ...hints } }
    server.registerTool(name, config, (given) => told(() => run(given as never, ask)))
  }
  if (change === undefined) return server
  const { name, title, description, input, run } = SHARE_TRACE
  const hints = { readOnlyHint: false, destructiveHint: false, openWorldHint: true }
  const config = { title, description, inputSchema: input, annotations: { title, ...hints } }
  server.registerTool(name, config, (given) => told(() => run(given, change)))
  return server
}

/** What cannot be asked or found is an answer too, in words. */
async function told(run: () => Promise<JsonObject>): Promise<CallToolResult> {
  try {
    return { content: [{ type: 'text', text: boundedText(await run()) }] }
  } catch (error) {
    const { message } = toPeerworkError(error)
    return { isError: true, content: [{ type: 'text', text: message }] }
  }
}

/**
 * `POST /mcp`: each request stands for itself, with the rights of its key.
 *
 * @param fetch the observer's own door, asked with the same headers
 * @param share whether tools may make links
 */
export function mcpRoute(url: () => string, fetch: Reached['fetch'], share = false): Route {
  return defineRoute({
    ...{ method: 'POST', path: '/mcp', scope: 'read', group: 'MCP' },
    summary: 'Model Context Protocol, streamable HTTP: the same questions as tools for agents',
    takes: ['application/json'],
    gives: ['application/json', 'text/event-stream'],
    handle: async ({ request }) => {
      const headers = { host: new URL(url()).host, ...forwarded(request.headers) }
      const reached = { url: url(), headers: () => headers, fetch }
      const [ask, change] = [askOver(reached), share ? changeOver(reached) : undefined]
      return createMcpHandler(() => createServer(ask, change)).fetch(await bounded(request))
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
 * @param share whether tools may make links
 */
export async function serveMcpStdio(url: string, proof: Proof, share = false): Promise<void> {
  const reached = { ...proof, url, fetch: (request: Request) => fetch(request) }
  const [ask, change] = [askOver(reached), share ? changeOver(reached) : undefined]
  const { promise, resolve } = Promise.withResolvers<void>()
  const handle = serveStdio(() => createServer(ask, change))
  process.stdin.once('close', resolve)
  process.stdin.once('end', resolve)
  await promise
  await handle.close()
}
