/** `peerwork observe`: collect and keep traces, and answer for them over HTTP. */

import { PeerworkError } from '../../protocol/errors.ts'
import { defineCommand } from '../command.ts'
import { key } from '../observe/keys.ts'
import { MCP_OPTIONS, mcp } from '../observe/mcp.ts'
import { OBSERVE_OPTIONS, settledValues } from '../observe/options.ts'
import { signIn } from '../observe/sign-in.ts'

const ACTIONS = ['key', 'sign-in', 'mcp'] as const

export const observe = defineCommand({
  name: 'observe',
  summary: 'collect and keep traces, and answer for them over HTTP',
  about: [
    'Alone it runs until Ctrl-C: it keeps what every agent in reach tells, takes OpenTelemetry ' +
      'spans and lines of NDJSON, and knows what it has not seen. It is an agent of its own, ' +
      'named observer unless --name or --home says otherwise, and beside one of peerwork up; in ' +
      'a network of members it needs the role observe. The door is for this machine alone, and ' +
      'asks for a key.',
    'key create makes a key and shows it this once; key list shows all, key revoke ends one. ' +
      'sign-in prints a link for a browser that works once. Both work while the observer runs ' +
      'and while it does not. More: docs/observer.md.',
    'mcp serves the Model Context Protocol on stdin and stdout, for an agent to read its traces: ' +
      'with PEERWORK_KEY any observer, without it that of the data directory. More: docs/mcp.md.'
  ],
  words: [
    { name: 'action', about: 'what to do instead', optional: true, choices: ACTIONS },
    { name: 'what', about: 'for key: create, list or revoke', optional: true },
    { name: 'key', about: 'name of the key', optional: true }
  ],
  options: { ...OBSERVE_OPTIONS, ...MCP_OPTIONS },
  json:
    'Alone, one object a line: {"type":"started","url","data","signIn" (link or null),"agent" ' +
    '(or null)}, at last {"type":"stopped"}. key create: id, name, scopes, created, expires, ' +
    'used, revoked, key. key list: {"keys":[…]}, the same without key. key revoke: the same of ' +
    'the one. sign-in: {"url","expires"}. Times are ms since 1970, or null.',
  examples: [
    ['peerwork observe', 'on http://127.0.0.1:4319, until Ctrl-C'],
    ['peerwork observe key create my-app --scope ingest', 'for an OpenTelemetry SDK'],
    ['peerwork observe key create dashboard --scope read --expires 30d', 'to look, for a month'],
    ['peerwork observe sign-in', 'for a browser'],
    ['peerwork observe mcp', 'as the command of an MCP client'],
    ['peerwork observe --no-network --data ./traces', 'without agents']
  ],
  async run({ values: typed, words }, context) {
    const [action, what, name] = words
    const values = settledValues(typed, context)
    if (action === 'key') return key({ action: what, name, values }, context)
    if (what !== undefined) {
      throw new PeerworkError('BAD_OPTION', `one word too many: "${what}"`, { command: 'observe' })
    }
    if (action === 'sign-in') return signIn(values, context)
    if (action === 'mcp') return mcp({ ...typed, ...values }, context)
    const { serve } = await import('../observe/serve.ts')
    return serve(typed, values, context)
  }
})
