/**
 * Why are there no peers? The one place that answers it, for `status`, for errors and for health.
 *
 * The answer is made of the findings that can keep peers away, the likeliest cause first. Where all
 * of them are well, it says where was looked, so that the reader knows what is left.
 */

import type { Finding, FindingCode } from './finding.ts'
import { pass, warn } from './finding.ts'

/** Causes, the ones that explain the others first. */
const CAUSES: readonly FindingCode[] = [
  'INTERFACES',
  'CLOCK',
  'MEMBERSHIP',
  'DUPLICATE',
  'NETWORK',
  'VERSION',
  'BOOTSTRAP',
  'RELAY',
  'MULTICAST',
  'LISTENING'
]

export interface Search {
  readonly network: string
  readonly mdns: boolean
  /** Addresses the operator gave, count. */
  readonly bootstrap: number
  /** Addresses that were found and could not be reached, with why. */
  readonly unreached: readonly { readonly address: string; readonly why: string }[]
  /** Announcements of others heard, count. */
  readonly heard: number
}

/** Addresses told in one sentence, count. */
const TOLD_MAX = 3

/** The reasons, likeliest first; never empty. */
export function reasonsAlone(findings: readonly Finding[], search: Search): Finding[] {
  const causes = CAUSES.flatMap((code) => {
    return findings.filter((finding) => finding.code === code && finding.level !== 'pass')
  })
  const news = causes.filter((cause, at) => !causes.slice(0, at).some((one) => tells(one, cause)))
  return news.length > 0 ? news : [nobody(search)]
}

/** Whether what was said to this agent is the reason of the other finding too. */
function tells({ facts: { said } }: Finding, other: Finding): boolean {
  return typeof said === 'string' && said !== '' && other.why.includes(said)
}

/** The same in one sentence, for an error. */
export function whyAlone(findings: readonly Finding[], search: Search): string {
  return reasonsAlone(findings, search)
    .map(({ code, what, why }) => (code === 'PEERS' ? why : `${what}: ${why}`))
    .join('; ')
}

export function checkPeers(peers: number, findings: readonly Finding[], search: Search): Finding {
  if (peers > 0) return pass('PEERS', peers === 1 ? 'one' : String(peers), { peers })
  const [first] = reasonsAlone(findings, search)
  const hint = first?.hint
  return warn('PEERS', `none, because ${whyAlone(findings, search)}`, {
    facts: { peers, because: first?.code ?? null },
    ...(typeof hint === 'string' && { hint })
  })
}

/** Nothing is known to be wrong: where was looked, and what came of it. */
function nobody({ network, mdns, bootstrap, unreached, heard }: Search): Finding {
  if (unreached.length > 0) {
    const told = unreached.slice(0, TOLD_MAX).map(({ address, why }) => `${address}: ${why}`)
    return warn('PEERS', told.join('; '), { facts: { unreached: unreached.length } })
  }
  const lan =
    heard > 0
      ? `agents were heard on this LAN, but none of network "${network}" stayed`
      : `nobody of network "${network}" answers on this LAN (mDNS)`
  const looked = [
    mdns ? lan : 'mDNS is off',
    bootstrap === 0 ? 'no --bootstrap address was given' : 'the bootstrap peers are being dialled'
  ]
  return warn('PEERS', looked.join(' and '))
}
