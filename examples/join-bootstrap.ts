/**
 * Joining through an address: two agents that know only a third one find each other.
 *
 * On one machine this shows what `peerwork up --bootstrap <address>` does between many, without
 * multicast. Run it: node --conditions=source examples/join-bootstrap.ts
 */

import { createAgent } from 'peerwork'

/** Far longer than it takes; ends a network that does not come together, ms. */
const MEET_MS_MAX = 10_000

await using meetingPoint = await createAgent({ preset: 'loopback', name: 'meeting-point' })
const bootstrap = meetingPoint.addresses
console.log(`meeting-point listens on ${bootstrap[0]}`)

await using ann = await createAgent({ preset: 'loopback', name: 'ann', bootstrap })
await using ben = await createAgent({ preset: 'loopback', name: 'ben', bootstrap })

const seen = new Set<string>()
for await (const { type, peer } of ann.watchPeers(AbortSignal.timeout(MEET_MS_MAX))) {
  if (type !== 'joined') continue
  console.log(`ann sees ${peer.name}, found by: ${peer.via}`)
  seen.add(peer.id)
  if (seen.has(meetingPoint.id) && seen.has(ben.id)) break
}

const all = seen.has(meetingPoint.id) && seen.has(ben.id)
console.log(all ? 'everybody knows everybody' : `ann sees only ${seen.size} of 2 peers`)
process.exitCode = all ? 0 : 1
