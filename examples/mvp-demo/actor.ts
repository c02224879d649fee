/** What the three processes have in common: reporting, and leaving when the storyteller does. */

import type { AgentInit } from 'peerwork'
import { createAgent, PeerworkError } from 'peerwork'
import type { Agent } from 'peerwork'
import type { Message, Part } from './messages.ts'

/** An agent that does not close in this time is left to the operating system, ms. */
const STOP_MS_MAX = 2_000

export function say(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

/** Start this process's agent and act until the storyteller closes stdin or is gone. */
export async function act(
  init: AgentInit,
  scene: (agent: Agent, part: Part) => Promise<void>
): Promise<void> {
  const part = JSON.parse(process.argv[2] ?? '') as Part
  // Ctrl-C reaches every process of the terminal; the storyteller decides when to leave.
  process.on('SIGINT', () => {})
  const curtain = new Promise((resolve) => process.stdin.once('end', resolve).resume())
  try {
    const { role: name, home, network, bootstrap } = part
    const way = bootstrap.length > 0 ? { bootstrap, mdns: false } : { mdns: true }
    const agent = await createAgent({
      // One machine: nothing of the demo can be reached from outside it.
      ...{ name, home, network, preset: 'loopback', control: false, ...way },
      ...init
    })
    const { addresses, isolation } = await agent.info()
    say({ type: 'started', id: agent.id, pid: process.pid, addresses, isolation })
    scene(agent, part).catch(fail)
    await curtain
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref()
    await agent.stop({ graceMs: 0 })
    process.exit()
  } catch (error) {
    fail(error)
    await curtain
    process.exit(1)
  }
}

function fail(thrown: unknown): void {
  const error =
    thrown instanceof PeerworkError
      ? thrown.toJSON()
      : { code: 'INTERNAL' as const, message: String(thrown) }
  say({ type: 'failed', error })
}

export const partOf = (): Part => JSON.parse(process.argv[2] ?? '') as Part
