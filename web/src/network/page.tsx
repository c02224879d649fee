/** The network: the observer's own agent, its peers, all agents ever seen, members, one task. */

import { get } from '../api.ts'
import { useLoad } from '../load.ts'
import { Failure, Loading } from '../parts/states.tsx'
import { Sections } from '../parts/sections.tsx'
import { useNews, useRefresh } from '../refresh.ts'
import { query } from '../route.ts'
import '../style/forms.css'
import type { Agents, Network } from '../types.ts'
import { AgentTable } from './agents.tsx'
import { MemberTable } from './members.tsx'
import { namesOf } from './names.ts'
import './network.css'
import { Own } from './own.tsx'
import { PeerTable } from './peers.tsx'
import { Follow } from './task.tsx'

/** Between two looks, ms: peers come and go by themselves, and no event tells of it here. */
const LOOK_MS = 5_000
/** … because of news, ms: sums over all that is kept are some work. */
const SEEN_MS = 10_000

export function NetworkPage() {
  const net = useLoad('network', (signal) => get<Network>('/api/v1/network', {}, signal))
  const seen = useLoad('agents', (signal) => get<Agents>('/api/v1/agents', {}, signal))
  useRefresh(net, LOOK_MS)
  useNews(seen, SEEN_MS)
  const names = namesOf(seen.value, net.value)
  const tab = query.value.get('tab') ?? (query.value.has('task') ? 'task' : 'agents')
  const owned = net.value?.members ?? null
  const all = [
    ['agents', 'Agents'],
    ...(owned === null ? [] : [['members', `Members (${owned.length})`] as const]),
    ['task', 'Follow a task']
  ] as const
  return (
    <>
      <h1>Network</h1>
      <Sections of="Parts of the network" here={tab} all={all} />
      {net.error && <Failure what="The network" error={net.error} again={net.again} />}
      {tab === 'task' && <Follow names={names} />}
      {tab === 'members' && <MemberTable members={owned ?? []} />}
      {tab !== 'task' && tab !== 'members' && (
        <>
          {net.value === undefined && !net.error && <Loading what="the network" rows={3} />}
          {net.value !== undefined && <Live network={net.value} />}
          {seen.error && <Failure what="The agents" error={seen.error} again={seen.again} />}
          {seen.value === undefined && !seen.error && <Loading what="the agents" rows={3} />}
          {seen.value !== undefined && <AgentTable agents={seen.value.agents} />}
        </>
      )}
    </>
  )
}

function Live({ network: { agent, peers } }: { readonly network: Network }) {
  if (agent === null) return <OnlyHttp />
  return (
    <>
      <Own agent={agent} />
      <PeerTable peers={peers} agent={agent} />
    </>
  )
}

const OnlyHttp = () => (
  <section class="panel" aria-label="This observer">
    <h2>This observer listens only over HTTP</h2>
    <p>
      It was started with <code>--no-network</code>, so it has no agent, and sees no peers. What it
      knows is what was sent to it: OpenTelemetry and NDJSON, below.
    </p>
    <p>
      To collect what agents tell by themselves, start it again without that option:{' '}
      <code>npx peerwork observe</code>
    </p>
  </section>
)
