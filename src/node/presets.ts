/**
 * Situations, as bundles of numbers: where an agent listens, and how much it takes from one host.
 */

import type { Quota } from './quota.ts'

export interface Preset {
  readonly listen: readonly string[]
  readonly mdns: boolean
  /** Connections in all. Each end costs about 0.36 MB. */
  readonly connectionsMax: number
  /** New connections a second from one address before the rest is reset. */
  readonly inboundPerSecond: number
  /** Connections in their handshake at once. */
  readonly pendingMax: number
  /** Gossip's penalty for many peers behind one address; 0 where that is normal. */
  readonly colocationWeight: number
  /** How much one peer may ask, unless the operator says otherwise. */
  readonly quota: Quota
}

const MIB = 1024 * 1024

/** Everything on one machine: tests, benchmarks, several agents side by side. */
const loopback: Preset = {
  listen: ['/ip4/127.0.0.1/tcp/0'],
  mdns: false,
  connectionsMax: 300,
  inboundPerSecond: 1000,
  pendingMax: 200,
  colocationWeight: 0,
  // All agents belong to one person, and measuring what they can do is a use of its own. What is
  // bounded is bounded because memory is: as many as one session may have open, eight large inputs.
  quota: { perSecond: Infinity, burst: Infinity, inFlight: 1_024, bytes: 128 * MIB, share: 1 }
}

/** A lab or an office: peers find each other, and many may share one address behind a NAT. */
const lan: Preset = {
  listen: ['/ip4/0.0.0.0/tcp/0'],
  mdns: true,
  connectionsMax: 150,
  inboundPerSecond: 25,
  pendingMax: 40,
  colocationWeight: 0,
  // Colleagues make mistakes, not attacks: a loop that never ends must leave the agent most of its
  // time, and a workflow that fans out into thousands must not notice.
  quota: { perSecond: 1_000, burst: 2_000, inFlight: 256, bytes: 128 * MIB, share: 1 }
}

/** Reachable by strangers: no multicast, tight limits. */
const internet: Preset = {
  listen: ['/ip4/0.0.0.0/tcp/0'],
  mdns: false,
  connectionsMax: 100,
  inboundPerSecond: 5,
  pendingMax: 10,
  colocationWeight: -5,
  // A hundred connections may all be up to something: together they still find half of the queue,
  // and a quarter of the memory each may hold is two of the largest inputs.
  quota: { perSecond: 20, burst: 100, inFlight: 32, bytes: 32 * MIB, share: 1 }
}

export const PRESETS = { loopback, lan, internet } as const
export type PresetName = keyof typeof PRESETS
