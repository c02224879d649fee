/** Bootstrap peers and relays: which of the links we keep up are up, and since when not. */

import { since } from './ago.ts'
import { MEMBERS_ONLY, PUT_OUT } from './dial-error.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'
import type { SupervisedLink } from './link.ts'

const NAMES = { bootstrap: 'BOOTSTRAP', relay: 'RELAY' } as const
const NONE = { bootstrap: 'none was given', relay: 'none is used' } as const
const JOIN_HINT =
  'Check the address; to become a member, ask an admin for an invitation: peerwork join <link>.'
const PUT_OUT_HINT =
  'It runs, and its address is right: an admin put this agent out. Ask one for an invitation.'
/** Links told in one sentence, count. */
const TOLD_MAX = 3

/** Some down: a warning. All down: a failure, for then nothing holds the network together. */
export function checkLinks(
  kind: SupervisedLink['kind'],
  all: readonly SupervisedLink[],
  now: number
): Finding {
  const code = NAMES[kind]
  const links = all.filter((link) => link.kind === kind)
  if (links.length === 0) return pass(code, NONE[kind], { links: 0 })
  const broken = links.filter(({ state, error }) => state === 'down' || error !== null)
  const up = links.filter(({ state }) => state === 'up').length
  const facts = { links: links.length, up, down: broken.length }
  if (broken.length === 0) {
    const waiting = links.length - up
    return pass(code, waiting === 0 ? `${up} of ${up} up` : `${waiting} connecting`, facts)
  }
  const [first] = broken
  const told = broken.slice(0, TOLD_MAX).map((link) => tell(link, now))
  const rest = broken.length - told.length
  const why = [...told, ...(rest > 0 ? [`${rest} more`] : [])].join('; ')
  const details = {
    facts: { ...facts, address: first?.address ?? '', since: first?.since ?? 0 },
    ...hintOf(why)
  }
  return up === 0 ? fail(code, why, details) : warn(code, why, details)
}

function hintOf(why: string): { hint?: string } {
  if (why.includes(PUT_OUT)) return { hint: PUT_OUT_HINT }
  return why.includes(MEMBERS_ONLY) ? { hint: JOIN_HINT } : {}
}

function tell({ address, since: begin, error }: SupervisedLink, now: number): string {
  // It is there, and knows what it does.
  if (error?.includes(PUT_OUT) === true) {
    return `${address} refuses this agent ${since(begin, now)}: ${error}`
  }
  const why = error === null ? '' : `: ${error}`
  return `${address} is down ${since(begin, now)}${why}`
}
