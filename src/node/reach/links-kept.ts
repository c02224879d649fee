/** The links an agent keeps up by itself, as diagnosis wants them: bootstrap peers and relays. */

import type { PeerAddress } from '../addresses.ts'
import type { SupervisedLink } from '../diagnosis/link.ts'
import type { Sought } from '../discovery-options.ts'
import type { RelayUse } from './relays.ts'

export interface LinkSources {
  readonly sought: readonly Sought[]
  readonly uses: readonly RelayUse[]
  /** What the operator gave. */
  readonly bootstrap: readonly PeerAddress[]
  readonly relayVia: readonly PeerAddress[]
  readonly peer: (id: string) => { readonly since: number } | undefined
}

type State = Pick<SupervisedLink, 'state' | 'since' | 'error'>

/** One peer can be both: then it is told twice, because either part can be down alone. */
export function linksOf(sources: LinkSources): SupervisedLink[] {
  const { sought, uses, bootstrap, relayVia, peer } = sources
  const kept = sought.filter(({ via }) => via === 'bootstrap')
  return kept.flatMap((one) => {
    const use = uses.find(({ relay }) => relay === one.id)
    const relays = use !== undefined || relayVia.some((given) => isSame(given, one))
    const joins = !relays || bootstrap.some((given) => isSame(given, one))
    const link = { address: one.address, peer: one.id ?? null }
    const known = one.id === undefined ? undefined : peer(one.id)
    const up: State = { state: 'up', since: known?.since ?? 0, error: null }
    const state = known === undefined ? apart(one) : up
    const relay = known === undefined ? state : relaying(use, known.since)
    return [
      ...(joins ? [{ kind: 'bootstrap', ...link, ...state } as const] : []),
      ...(relays ? [{ kind: 'relay', ...link, ...relay } as const] : [])
    ]
  })
}

function isSame(given: PeerAddress, { id, address }: Sought): boolean {
  return given.address === address || (given.id !== undefined && given.id === id)
}

function apart({ error, apart: since }: Sought): State {
  return { state: error === undefined ? 'connecting' : 'down', since, error: error ?? null }
}

const STATES = { asking: 'connecting', reserved: 'up', refused: 'down' } as const

/** A relay is up when it lets others through to us, and not already when it is connected. */
function relaying(use: RelayUse | undefined, since: number): State {
  if (use === undefined) return { state: 'down', since, error: 'it does not serve as a relay' }
  return { state: STATES[use.state], since: use.since, error: use.error }
}
