/**
 * Situations, as bundles of numbers: where an agent listens, and how much it takes from one host.
 */

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
}

/** Everything on one machine: tests, benchmarks, several agents side by side. */
const loopback: Preset = {
  listen: ['/ip4/127.0.0.1/tcp/0'],
  mdns: false,
  connectionsMax: 300,
  inboundPerSecond: 1000,
  pendingMax: 200,
  colocationWeight: 0
}

/** A lab or an office: peers find each other, and many may share one address behind a NAT. */
const lan: Preset = {
  listen: ['/ip4/0.0.0.0/tcp/0'],
  mdns: true,
  connectionsMax: 150,
  inboundPerSecond: 25,
  pendingMax: 40,
  colocationWeight: 0
}

/** Reachable by strangers: no multicast, tight limits. */
const internet: Preset = {
  listen: ['/ip4/0.0.0.0/tcp/0'],
  mdns: false,
  connectionsMax: 100,
  inboundPerSecond: 5,
  pendingMax: 10,
  colocationWeight: -5
}

export const PRESETS = { loopback, lan, internet } as const
export type PresetName = keyof typeof PRESETS
