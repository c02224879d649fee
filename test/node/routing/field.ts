/** Peers to choose among, on one real connection; everything else is the test's to set. */

import type { Connection } from '@libp2p/interface'
import { onTestFinished } from 'vitest'
import { Peers } from '../../../src/node/peers.ts'
import type { Neighbourhood } from '../../../src/node/routing/candidates.ts'
import { History } from '../../../src/node/routing/history.ts'
import type { Card } from '../../../src/protocol/message/card.ts'
import { createRawHost } from '../../helpers/raw-host.ts'
import { cardBody, mallory } from '../../protocol/samples.ts'

export interface Field {
  readonly peers: Peers
  readonly around: Neighbourhood
  readonly history: History
  readonly listed: Set<string>
  readonly busy: Map<string, number>
  readonly resting: Set<string>
  readonly rtt: Map<string, number>
  /** Peers whose schema does not take the input. */
  readonly picky: Set<string>
  readonly clock: { now: number }
  add(card?: Partial<Card>): void
}

export async function createField(...cards: readonly Partial<Card>[]): Promise<Field> {
  const near = await createRawHost()
  const far = await createRawHost()
  onTestFinished(async () => {
    await near[Symbol.asyncDispose]()
    await far[Symbol.asyncDispose]()
  })
  const connection: Connection = await near.dial(far.address)
  const listed = new Set<string>()
  const peers = new Peers((id) => listed.has(id))
  const clock = { now: 0 }
  const history = new History(() => clock.now)
  const busy = new Map<string, number>()
  const resting = new Set<string>()
  const rtt = new Map<string, number>()
  const picky = new Set<string>()
  const add = (card: Partial<Card> = {}): void =>
    peers.update(cardBody(card), connection, { via: 'mdns', since: clock.now })
  for (const card of cards) add(card)
  const around: Neighbourhood = {
    ...{ self: mallory.id, peers, history, now: () => clock.now, whyAlone: () => '' },
    busyAt: (id) => busy.get(id) ?? 0,
    restsNow: (id) => resting.has(id),
    rttOf: (id) => rtt.get(id),
    fault: ({ id }) => (picky.has(id) ? 'at /text: not a string' : undefined)
  }
  return { peers, around, history, listed, busy, resting, rtt, picky, clock, add }
}
