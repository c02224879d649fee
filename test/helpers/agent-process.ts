/**
 * An agent as a process of its own: `agent-process.ts <AgentInit as JSON>`.
 *
 * Says one line of JSON when it runs, or why it does not. Ends well on SIGTERM, as on Ctrl-C, and
 * at once when its input closes, so that nothing is left over whatever becomes of the test.
 */

import type { AgentInit } from 'peerwork'
import { createAgent } from 'peerwork'
import { toPeerworkError, toRecord } from '../../src/protocol/errors.ts'

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
process.stdin.once('close', () => process.exit(1)).resume()

try {
  const agent = await createAgent(JSON.parse(process.argv[2] ?? '{}') as AgentInit)
  process.once('SIGTERM', () => {
    say({ type: 'stopping' })
    void agent.stop().then(() => process.exit(0))
  })
  const { id, name, addresses } = agent
  say({ type: 'started', id, name, addresses })
} catch (error) {
  say({ type: 'failed', error: toRecord(toPeerworkError(error)) })
  process.exitCode = 1
  process.stdin.destroy()
}
