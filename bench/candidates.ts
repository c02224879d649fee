/** Who is measured, in the order of the tables. Loaded only in the processes that need them. */

import type { Candidate } from './candidates/candidate.ts'

export interface Entry {
  readonly label: string
  load(): Promise<{ candidate: Candidate }>
  /** A command that has to be there. */
  readonly needs?: string
}

export const candidates = {
  'tcp-runner': {
    label: 'raw TCP, same runner (limit)',
    load: () => import('./candidates/tcp-runner.ts')
  },
  tcp: { label: 'raw TCP, inline (floor)', load: () => import('./candidates/tcp.ts') },
  libp2p: {
    label: 'libp2p as ours, same runner',
    load: () => import('./candidates/libp2p.ts')
  },
  peerwork: {
    label: '**Peerwork**, runner, traced',
    load: () => import('./candidates/peerwork.ts')
  },
  grpc: { label: 'gRPC, inline', load: () => import('./candidates/grpc.ts') },
  nats: {
    label: 'NATS, inline',
    load: () => import('./candidates/nats.ts'),
    needs: 'nats-server'
  },
  hyperswarm: { label: 'hyperswarm RPC, inline', load: () => import('./candidates/hyperswarm.ts') }
} satisfies Record<string, Entry>

export type CandidateName = keyof typeof candidates
export const candidateNames = Object.keys(candidates) as CandidateName[]
