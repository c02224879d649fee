/** Starts one agent, then more, in this process; prints the MiB that each of the others added. */

import { setTimeout as sleep } from 'node:timers/promises'
import { createAgent } from 'peerwork'
import type { Agent } from 'peerwork'

const MORE = 10
/** Until connections and cards have settled, ms. */
const SETTLE_MS = 500
/** For all agents to be joined, ms. */
const JOIN_MS_MAX = 10_000
const MIB = 1024 * 1024

const preset = 'loopback'
const first = await createAgent({ preset, name: 'first' })
const before = await residentMiB()
const bootstrap = first.addresses
const others = await Promise.all(
  Array.from({ length: MORE }, (_, at) => createAgent({ preset, bootstrap, name: `other-${at}` }))
)
await joined(first)
const after = await residentMiB()
process.stdout.write(`${(after - before) / MORE}\n`)
await Promise.all([first, ...others].map((agent) => agent.stop({ graceMs: 0 })))

async function joined(agent: Agent): Promise<void> {
  const seen = new Set<string>()
  for await (const { type, peer } of agent.watchPeers(AbortSignal.timeout(JOIN_MS_MAX))) {
    if (type === 'joined') seen.add(peer.id)
    if (seen.size >= MORE) return
  }
  throw new Error(`only ${seen.size} of ${MORE} agents joined`)
}

async function residentMiB(): Promise<number> {
  await sleep(SETTLE_MS)
  globalThis.gc?.()
  await sleep(SETTLE_MS)
  return process.memoryUsage.rss() / MIB
}
