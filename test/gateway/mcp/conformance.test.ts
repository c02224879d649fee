/**
 * The official conformance tool against a real door. It sends no key, so a proxy that adds one
 * stands between; it passes on everything else as it came.
 */

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { observed, temporary } from '../observed.ts'

const TOOL = fileURLToPath(
  new URL('../../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url)
)
/** The others are of what the observer has not: prompts, resources, and tools of the tool's own. */
const SCENARIOS = ['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection']

/** @returns where it listens */
async function adding(key: string, behind: string): Promise<string> {
  const target = new URL(behind)
  const server = createServer((incoming, outgoing) => {
    const { method, url: path = '/', headers } = incoming
    // Names stay as they came; the port becomes the door's.
    const behindPort = (text: string): string => text.replace(`:${portOf()}`, `:${target.port}`)
    const host = behindPort(headers.host ?? '')
    const origin = headers.origin === undefined ? {} : { origin: behindPort(headers.origin) }
    const sent = ask(new URL(path, target), {
      method,
      headers: { ...headers, host, ...origin, authorization: `Bearer ${key}` }
    })
    sent.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    sent.on('error', () => outgoing.destroy())
    incoming.pipe(sent)
  })
  const portOf = (): number => (server.address() as AddressInfo).port
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${portOf()}/mcp`
}

function run(url: string, scenario: string): Promise<{ code: number; out: string }> {
  const { NODE_OPTIONS: _, ...env } = process.env
  const words = [TOOL, 'server', '--url', url, '--scenario', scenario, '-o', temporary()]
  return new Promise((resolve) => {
    execFile(process.execPath, words, { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr })
    })
  })
}

test.for(SCENARIOS)('the official tool finds nothing wrong in %s', async (scenario) => {
  await using it = await observed()
  const url = await adding(it.key(['read']), it.url)
  const { code, out } = await run(url, scenario)
  expect(out).toMatch(/Passed: (\d+)\/\1, 0 failed, 0 warnings/)
  expect(code).toBe(0)
})
