/** Starts one agent, then more, in this process; prints the MiB that each of the others added. */

import { setTimeout as sleep } from 'node:timers/promises'
import { createAgent } from 'peerwork'
import type { Agent, AgentInit } from 'peerwork'

/**
 * Agents of another network that come first, count: they grow what the engine grows only once. As
 * many as are measured, or the room for young objects, tens of MiB, grows while these are counted.
 */
const BEFORE = 10
/** Agents whose memory is measured, count. They all know each other: so many connections each. */
const MORE = 10
/** Until connections and cards have settled, ms. */
const SETTLE_MS = 500
/** For all agents to be joined, ms. */
const JOIN_MS_MAX = 10_000
const MIB = 1024 * 1024

const agents: Agent[] = []
const start = async (init: AgentInit): Promise<Agent> => {
  const agent = await createAgent({ preset: 'loopback', ...init })
  agents.push(agent)
  return agent
}
await surround(await start({ network: 'before' }), BEFORE)
const first = await start({ network: 'measured' })
const before = await residentMiB()
await surround(first, MORE)
const after = await residentMiB()
process.stdout.write(`${(after - before) / MORE}\n`)
await Promise.all(agents.map((agent) => agent.stop({ graceMs: 0 })))

/** Start so many more in the network of this one, and wait until it sees them all. */
async function surround(agent: Agent, count: number): Promise<void> {
  const { network } = await agent.info()
  const init = { network, bootstrap: agent.addresses }
  await Promise.all(Array.from({ length: count }, () => start(init)))
  const seen = new Set<string>()
  for await (const { type, peer } of agent.watchPeers(AbortSignal.timeout(JOIN_MS_MAX))) {
    if (type === 'joined') seen.add(peer.id)
    if (seen.size >= count) return
  }
  throw new Error(`only ${seen.size} of ${count} agents joined`)
}

async function residentMiB(): Promise<number> {
  await sleep(SETTLE_MS)
  globalThis.gc?.()
  await sleep(SETTLE_MS)
  return process.memoryUsage.rss() / MIB
}
