/** The diagnosis of an agent, connected with the rooms that know the facts. */

import type { Identity } from '../protocol/identity.ts'
import { nameOfNetwork } from '../protocol/membership/network-id.ts'
import type { Sources } from './diagnosis/diagnosis.ts'
import { DiagnosisOnDemand } from './diagnosis/on-demand.ts'
import { portsOf } from './diagnosis/sought-links.ts'
import type { Network } from './network.ts'
import type { AgentOptions } from './options.ts'
import type { Peers } from './peers.ts'

type Handed = Pick<Sources, 'clock' | 'observed' | 'info' | 'stopping'>

export interface Diagnosed extends Handed {
  readonly options: AgentOptions
  readonly identity: Identity
  readonly peers: Peers
  readonly network: Network
}

export function diagnose(agent: Diagnosed): DiagnosisOnDemand {
  const { options, identity, peers, network, ...handed } = agent
  const { home, mdns, bootstrap, listen, control, queue: queueMax } = options
  return new DiagnosisOnDemand({
    ...{ ...handed, id: identity.id, network: nameOfNetwork(options.network) },
    ...{ home, mdns, bootstrap, listen, queueMax },
    shortLived: home !== undefined && !control,
    peers: () => peers.all(),
    links: () => network.links(),
    unreached: () => network.unreached(),
    ports: () => portsOf(network.addresses),
    look: () => network.look()
  })
}
