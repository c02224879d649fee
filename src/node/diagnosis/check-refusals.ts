/** Who turned whom away lately: another network, no member, another version. */

import { ERRORS } from '../../protocol/errors.ts'
import type { ErrorCode, ErrorRecord } from '../../protocol/errors.ts'
import { CHECKS, fail, pass, warn } from './finding.ts'
import type { Finding, FindingCode } from './finding.ts'
import type { Refusal } from './observed.ts'

const MEMBERSHIP: readonly ErrorCode[] = [
  'NOT_A_MEMBER',
  'MEMBERSHIP_EXPIRED',
  'MEMBERSHIP_REVOKED',
  'INVITATION_INVALID'
]
const VERSION: readonly ErrorCode[] = ['UNSUPPORTED_VERSION', 'WRONG_KIND', 'MALFORMED']

export interface Around {
  readonly refusals: readonly Refusal[]
  readonly network: string
  /** Version of this software. */
  readonly version: string
  readonly peers: readonly { readonly name: string; readonly version: string }[]
  /** In a network with an owner. */
  readonly membership?: Membership | undefined
}

interface Membership {
  readonly name: string
  /** When the own certificate ends, ms since 1970. */
  readonly expires: number | null
  /** What is wrong with it, newest first. */
  readonly problems: readonly ErrorRecord[]
}

/** A refusal is a failure while nobody else takes this agent, and otherwise worth a look. */
export function checkRefusals(around: Around): Finding[] {
  const { refusals, network, version, peers } = around
  const of = (...codes: readonly ErrorCode[]): Refusal[] => {
    return refusals.filter(({ code }) => codes.includes(code))
  }
  const alone = peers.length === 0
  const foreign = of('WRONG_NETWORK')
  const strangers = of(...MEMBERSHIP)
  const old = of(...VERSION)
  const fine = pass('NETWORK', `nobody of another network was met in "${network}"`)
  const others = peers.filter((peer) => peer.version !== version)
  return [
    foreign.length === 0
      ? fine
      : trouble('NETWORK', `${count(foreign)} of another network`, foreign, alone),
    membership(around.membership, strangers, alone),
    old.length === 0
      ? versions(peers.length, others, version)
      : trouble('VERSION', `${count(old)} not understood`, old, alone)
  ]
}

function trouble(
  code: FindingCode,
  told: string,
  found: readonly Refusal[],
  alone: boolean
): Finding {
  const newest = found.at(-1)
  const { code: last = null, peer = null, why: said = '' } = newest ?? {}
  const facts = { refusals: found.length, last, peer, said }
  const hint = last === null ? CHECKS[code].hint : ERRORS[last].hint
  return (alone ? fail : warn)(code, `${told}: ${said}`, { facts, hint })
}

/** That others are no members is how it should be; that we are none is not. */
function membership(
  own: Membership | undefined,
  strangers: readonly Refusal[],
  alone: boolean
): Finding {
  const refusedUs = strangers.filter(({ by }) => by === 'them')
  if (refusedUs.length > 0) {
    return trouble('MEMBERSHIP', `refused by ${count(refusedUs)}`, refusedUs, alone)
  }
  const problem = own?.problems.find(({ code }) => code !== 'DUPLICATE_ID')
  if (own !== undefined && problem !== undefined) {
    const facts = { network: own.name, last: problem.code }
    const { hint } = ERRORS[problem.code]
    const why = `in "${own.name}": ${problem.message}`
    return (alone ? fail : warn)('MEMBERSHIP', why, { facts, hint })
  }
  const facts = { network: own?.name ?? null, expires: own?.expires ?? null }
  const turnedAway = strangers.length === 0 ? '' : `; ${count(strangers)} without it turned away`
  const why = own === undefined ? 'not asked for: an open network' : `member of "${own.name}"`
  return pass('MEMBERSHIP', why + turnedAway, facts)
}

function versions(peers: number, others: Around['peers'], version: string): Finding {
  const [first] = others
  if (first === undefined) {
    const why = peers === 0 ? `${version}, with no peer to compare` : `all peers run ${version}`
    return pass('VERSION', why, { version })
  }
  const why = `this agent runs ${version}; ${first.name} runs ${first.version}`
  const more = others.length > 1 ? `, and ${others.length - 1} more differ` : ''
  return pass('VERSION', why + more, { version, other: first.version, peers: others.length })
}

function count(found: readonly Refusal[]): string {
  const peers = new Set(found.map(({ peer }) => peer)).size
  return peers === 1 ? 'one peer' : `${peers} peers`
}
