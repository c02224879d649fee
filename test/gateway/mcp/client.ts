/** A real MCP client against an observer's door, and what its tools answer as JSON. */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { onTestFinished } from 'vitest'
import { UNTRUSTED } from '../../../src/gateway/mcp/bounded.ts'
import type { Observed } from '../observed.ts'

export type Answer = Record<string, never>

export interface Asking {
  readonly client: Client
  /** The whole text that a tool answered with. */
  text(name: string, args?: Record<string, unknown>): Promise<string>
  /** Its data; throws what the tool said when it is an error. */
  ask(name: string, args?: Record<string, unknown>): Promise<Answer>
}

export async function asking(it: Observed, key = it.key(['read'])): Promise<Asking> {
  const requestInit = { headers: { authorization: `Bearer ${key}` } }
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', it.url), { requestInit }))
  onTestFinished(() => client.close())
  return over(client)
}

export function over(client: Client): Asking {
  const call = async (name: string, args: Record<string, unknown>) => {
    const { content, isError } = await client.callTool({ name, arguments: args })
    const [first] = content as readonly { type: string; text?: string }[]
    return { text: first?.text ?? '', isError: isError === true }
  }
  return {
    client,
    text: async (name, args = {}) => (await call(name, args)).text,
    async ask(name, args = {}) {
      const { text, isError } = await call(name, args)
      if (isError) throw new Error(text)
      if (!text.startsWith(`${UNTRUSTED}\n`)) throw new Error(`not marked: ${text}`)
      return JSON.parse(text.slice(UNTRUSTED.length + 1)) as Answer
    }
  }
}
