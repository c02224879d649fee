/** How to make an agent, and what of it can change while it runs. */

import type { Isolation } from '../protocol/message/result.ts'
import type { SkillSource } from '../tasks/work.ts'
import type { QuotasInit } from './quota.ts'

/** What can change while an agent runs. What is left out stays as it is. */
export interface AgentChanges {
  /** In place of those given before; peers of `Agent.allow` stay. */
  readonly allow?: readonly string[]
  /** `null`: none any more. */
  readonly allowFile?: string | null
  readonly open?: boolean
  /** In place of all. A skill whose file, configuration and secrets are the same stays. */
  readonly skills?: readonly (string | SkillSource)[]
  readonly logLevel?: string
  /** Port of 127.0.0.1 for `/healthz` and `/metrics`; `null`: not served any more. */
  readonly metrics?: number | null
  /** In place of all. */
  readonly quotas?: QuotasInit
}

/** How to make an agent. Everything has a default. */
export interface AgentInit {
  /** Shown to people; default: derived from the id. */
  readonly name?: string
  /** Directory of key, journal and socket. Without it: an identity for this process only. */
  readonly home?: string
  readonly network?: string
  /**
   * Join the network of a member as its guest: an agent of the same user, whom that member vouches
   * for while it is there (`admit`). A home that is a member needs nothing of this.
   */
  readonly guestOf?: { readonly network: string; readonly owner: string }
  /** How long certificates that this agent signs as an admin last: ms, or `7d`. Default 14 d. */
  readonly certificateLife?: number | string
  /** Situation preset: `loopback` for tests, `lan` (default), `internet`. */
  readonly preset?: 'loopback' | 'lan' | 'internet'
  /** Multiaddrs to listen on; overrides the preset. */
  readonly listen?: readonly string[]
  /** Multiaddrs of peers to join. */
  readonly bootstrap?: readonly string[]
  /**
   * Be a peer through which others join: preset `internet`, port 4001, and no search of its own,
   * unless told otherwise.
   */
  readonly bootstrapServer?: boolean
  /** Pass connections on to peers of this network that cannot be dialled. */
  readonly relay?: boolean
  /** Multiaddrs of relays through which others shall reach this agent. */
  readonly relayVia?: readonly string[]
  /** File of a key that everybody in the network shares, in libp2p's form (`swarm.key`). */
  readonly networkKey?: string
  /** Find peers and skills in a distributed table. Default: when the network is large. */
  readonly dht?: boolean
  /** Find peers on the local network; overrides the preset. */
  readonly mdns?: boolean
  /** Skill files. */
  readonly skills?: readonly (string | SkillSource)[]
  /** Peer ids that may submit tasks. */
  readonly allow?: readonly string[]
  /** File of peer ids, one a line, `#` comments; read again when it changes. */
  readonly allowFile?: string
  /** Let everybody submit. */
  readonly open?: boolean
  /** Refuse to offer skills below this level. */
  readonly minIsolation?: Isolation
  /** Tasks that run at once; default: number of processors. */
  readonly capacity?: number
  /** Tasks of one peer that may wait, and half of those of all; default 64. */
  readonly queue?: number
  /** How much one peer may ask of this agent; the preset says how much when this does not. */
  readonly quotas?: QuotasInit
  readonly passphrase?: string
  /** Serve the control socket in the home (`peerwork up`). Default: when there is a home. */
  readonly control?: boolean
  /**
   * pino level, and levels of single rooms: `info`, or `warn,tasks=debug`. Default `silent` in the
   * library, `warn` for `peerwork up`.
   */
  readonly logLevel?: string
  /** Serve `/healthz` and `/metrics` on this port of 127.0.0.1; 0 for any. Default: not at all. */
  readonly metrics?: number
  /**
   * Tell inputs, outputs and changes of state of tasks done here too: redacted, encrypted, and
   * readable by these peers only. Default: never.
   */
  readonly traceContent?: {
    readonly observers: readonly string[]
    /** File of further things to redact: regular expressions, one a line. */
    readonly rules?: string
  }
}
