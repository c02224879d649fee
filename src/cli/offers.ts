/** Which agent offers what, as seen from one agent. */

import type { AgentApi, Peer, PeerEvent } from '../node/api.ts'
import type { SkillOffer } from '../tasks/work.ts'

export interface Offered {
  readonly skill: SkillOffer
  readonly by: { readonly id: string; readonly name: string; readonly self: boolean }
}

/** Every skill of every agent in reach, this one included; sorted by skill, then agent. */
export async function offersOf(agent: AgentApi): Promise<Offered[]> {
  const [info, peers] = await Promise.all([agent.info(), agent.peers()])
  const own = info.skills.map((skill) => ({ skill, by: byOf(info, true) }))
  const others = peers.flatMap((peer) =>
    peer.skills.map((skill) => ({ skill, by: byOf(peer, false) }))
  )
  return [...own, ...others].sort(
    (a, b) => a.skill.name.localeCompare(b.skill.name) || a.by.name.localeCompare(b.by.name)
  )
}

interface Wanted {
  readonly skill: string
  /** Id, beginning of one, or name. */
  readonly to: string | undefined
  readonly waitMs: number
}

/** Wait for a peer that offers the skill. Undefined when none came in time. */
export async function findOffer(agent: AgentApi, wanted: Wanted): Promise<SkillOffer | undefined> {
  const until = AbortSignal.timeout(wanted.waitMs)
  for await (const event of agent.watchPeers(until)) {
    const offer = event.type === 'left' ? undefined : offerIn(event, wanted)
    if (offer !== undefined) return offer
  }
  return undefined
}

function offerIn({ peer }: PeerEvent, { skill, to }: Wanted): SkillOffer | undefined {
  if (to !== undefined && peer.name !== to && !peer.id.startsWith(to)) return undefined
  return peer.skills.find(({ name }) => name === skill)
}

function byOf({ id, name }: Pick<Peer, 'id' | 'name'>, self: boolean): Offered['by'] {
  return { id, name, self }
}
