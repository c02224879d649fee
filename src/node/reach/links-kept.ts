/** The links an agent keeps up by itself, as diagnosis wants them: bootstrap peers and relays. */

import type { PeerAddress } from '../addresses.ts'
import type { SupervisedLink } from '../diagnosis/link.ts'
import type { Sought } from '../discovery.ts'
import type { RelayUse } from './relays.ts'

export interface LinkSources {
  readonly sought: readonly Sought[]
  readonly uses: readonly RelayUse[]
  /** Relays that the operator named. */
  readonly relayVia: readonly PeerAddress[]
  readonly peer: (id: string) => { readonly since: number } | undefined
}

export function linksOf({ sought, uses, relayVia, peer }: LinkSources): SupervisedLink[] {
  const kept = sought.filter(({ via }) => via === 'bootstrap')
  return kept.map((one) => {
    const use = uses.find(({ relay }) => relay === one.id)
    const named = relayVia.some(({ id, address }) => {
      return address === one.address || (id !== undefined && id === one.id)
    })
    const kind = use !== undefined || named ? 'relay' : 'bootstrap'
    const link = { kind, address: one.address, peer: one.id ?? null } as const
    const known = one.id === undefined ? undefined : peer(one.id)
    if (known === undefined) {
      const state = one.error === undefined ? 'connecting' : 'down'
      return { ...link, state, since: one.apart, error: one.error ?? null }
    }
    if (kind === 'bootstrap') return { ...link, state: 'up', since: known.since, error: null }
    return { ...link, ...stateOf(use, known.since) }
  })
}

const STATES = { asking: 'connecting', reserved: 'up', refused: 'down' } as const

/** A relay is up when it lets others through to us, and not already when it is connected. */
function stateOf(
  use: RelayUse | undefined,
  since: number
): Pick<SupervisedLink, 'state' | 'since' | 'error'> {
  if (use === undefined) return { state: 'down', since, error: 'it does not serve as a relay' }
  return { state: STATES[use.state], since: use.since, error: use.error }
}
