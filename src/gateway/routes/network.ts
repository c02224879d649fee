/** The network as the observer's own agent sees it: itself, its peers, the members. */

import type { Agent, AgentStatus, Peer } from '../../node/api.ts'
import type { Member } from '../../node/membership/api.ts'
import { mayCall } from '../access/caller.ts'
import { network } from '../answers-network.ts'
import { defineRoute } from '../route.ts'
import type { Route } from '../route.ts'

/** What is asked of an agent. */
export type Neighbour = Pick<Agent, 'status' | 'peers' | 'members'>

/** @param agent the observer's own, once it runs; undefined while it does not, or never does */
export const networkRoute = (agent: () => Neighbour | undefined): Route =>
  defineRoute({
    ...{ method: 'GET', path: '/api/v1/network', scope: 'read', group: 'Network and tasks' },
    summary: 'The observer’s own agent, the peers it is connected to, and the members',
    about:
      '`agent` is null for an observer without one (`--no-network`). The finding `HOME` names a ' +
      'directory of the machine: it is for `admin` alone.',
    answer: network,
    handle: async ({ caller }) => {
      const here = agent()
      if (here === undefined) return { agent: null, peers: [], members: null }
      const [status, peers] = await Promise.all([here.status(), here.peers()])
      const owned = status.info.membership !== undefined
      const members = owned ? (await here.members()).map(memberOf) : null
      const told = agentOf(status, mayCall(caller, 'admin'))
      return { agent: told, peers: peers.map(peerOf), members }
    }
  })

/** @param homeToo with where it keeps its files: of use to whoever may change them */
function agentOf({ state, alone, findings, links, info }: AgentStatus, homeToo: boolean) {
  const shown = findings.filter(({ code }) => homeToo || code !== 'HOME')
  const { id, name, version, network: of, addresses, started, membership } = info
  return {
    ...{ id, name, version, network: of, addresses, started, state, alone, links },
    findings: shown.map(({ code, level, what, why, hint }) => ({ code, level, what, why, hint })),
    membership: membership === undefined ? null : ownOf(membership)
  }
}

function ownOf(membership: NonNullable<AgentStatus['info']['membership']>) {
  const { name, owner, roles, expires, problems } = membership
  const told = problems.map(({ code, message }) => ({ code, message }))
  return { name, owner, roles, expires, problems: told }
}

function peerOf(peer: Peer) {
  const { id, name, version, load, link, via, since, isolation, addresses, skills } = peer
  return {
    ...{ id, name, version, load, link, via, since, isolation, addresses },
    skills: skills.map((skill) => skill.name),
    roundTripMs: peer.roundTripMs ?? null
  }
}

function memberOf(member: Member) {
  const { id, name, roles, state, expires, lastSeen, connected, self, reason = null } = member
  return { id, name, roles, state, expires, lastSeen, connected, self, reason }
}
