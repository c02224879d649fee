/**
 * A finding: what was looked at, how it is, why, and what to do about it.
 *
 * The table has every check there is. A check always has a finding, also when all is well, so that
 * a script can tell "fine" from "not looked at". `docs/diagnosis.md` lists the codes; a test holds
 * the two together.
 */

import type { ErrorFacts } from '../../protocol/errors.ts'

export type Level = 'pass' | 'warn' | 'fail'

interface Check {
  /** What is looked at, in a few words. */
  readonly what: string
  /** What to do when it is not well, unless a finding knows better. */
  readonly hint: string
}

/** In the order in which people read them: from this machine outwards. */
export const CHECKS = {
  AGENT: {
    what: 'the agent',
    hint: 'Start one that stays: peerwork up.'
  },
  HOME: {
    what: 'the home directory',
    hint: 'Make room, and check who may write there: the journal has to be kept.'
  },
  ISOLATION: {
    what: 'the sandbox of skills',
    hint: 'Install bubblewrap (bwrap) for isolation by the operating system.'
  },
  ADMISSION: {
    what: 'who may submit tasks',
    hint: 'Name those you trust: peerwork up --allow <peer id>.'
  },
  LOAD: {
    what: 'room for tasks',
    hint: 'Wait, raise --capacity or --queue, or start another agent with the same skills.'
  },
  INTERFACES: {
    what: 'network interfaces',
    hint: 'Connect this machine to a network, or use --preset loopback on one machine.'
  },
  MULTICAST: {
    what: 'multicast for mDNS',
    hint: 'Allow UDP port 5353 and multicast there, or join with --bootstrap <address of a peer>.'
  },
  LISTENING: {
    what: 'the listening port',
    hint: 'Look for a firewall on this machine, or choose another --listen address.'
  },
  REACHABLE: {
    what: 'the port from outside',
    hint: 'Open the port in the firewall or router, or be reached by --relay-via <address>.'
  },
  CLOCK: {
    what: 'the clock',
    hint: 'Let the system set it: timedatectl set-ntp true.'
  },
  DUPLICATE: {
    what: 'the id is used once',
    hint: 'Give the copy a home of its own: peerwork up --home <another directory>.'
  },
  MEMBERSHIP: {
    what: 'membership',
    hint: 'Ask an admin for an invitation, then: peerwork join <link>.'
  },
  NETWORK: {
    what: 'the network of others',
    hint: 'Start both agents with the same --network.'
  },
  VERSION: {
    what: 'versions of others',
    hint: 'Update the older of the two agents.'
  },
  BOOTSTRAP: {
    what: 'bootstrap peers',
    hint: 'Check that the peer runs and that its address is the one `peerwork up` prints there.'
  },
  RELAY: {
    what: 'relays',
    hint: 'Check that the relay runs, or name another with --relay-via.'
  },
  PEERS: {
    what: 'peers',
    hint: 'Start another agent on this network, or join one with --bootstrap.'
  }
} as const satisfies Record<string, Check>

export type FindingCode = keyof typeof CHECKS

export interface Finding {
  readonly code: FindingCode
  readonly level: Level
  /** What was looked at. */
  readonly what: string
  /** How it is, in one sentence without a full stop. */
  readonly why: string
  /** What to do next; null when all is well. */
  readonly hint: string | null
  /** The values behind the sentence, for programs. */
  readonly facts: ErrorFacts
}

interface Details {
  readonly hint?: string
  readonly facts?: ErrorFacts
}

export const pass = (code: FindingCode, why: string, facts: ErrorFacts = {}): Finding => ({
  ...{ code, level: 'pass', what: CHECKS[code].what, why, hint: null, facts }
})

export const warn = (code: FindingCode, why: string, details?: Details): Finding =>
  trouble('warn', code, why, details)

export const fail = (code: FindingCode, why: string, details?: Details): Finding =>
  trouble('fail', code, why, details)

function trouble(
  level: 'warn' | 'fail',
  code: FindingCode,
  why: string,
  { hint, facts = {} }: Details = {}
): Finding {
  const { what, hint: usual } = CHECKS[code]
  return { code, level, what, why, hint: hint ?? usual, facts }
}

const ORDER = Object.keys(CHECKS)

/** Findings as people read them. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((one, other) => ORDER.indexOf(one.code) - ORDER.indexOf(other.code))
}
