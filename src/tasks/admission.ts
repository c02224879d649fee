/** Who may submit tasks. Nobody, until the operator says otherwise. */

import { PeerworkError } from '../protocol/errors.ts'

export interface Admission {
  admits(peer: string): boolean
  /** @throws PeerworkError `NOT_ADMITTED`, saying what the operator would have to run */
  check(peer: string): void
  allow(peer: string): void
  disallow(peer: string): void
  /** Replace the peers that an allow file lists; those allowed by hand stay. */
  list(peers: readonly string[]): void
  mode(): 'nobody' | 'listed' | 'everybody'
}

export function createAdmission(options: {
  readonly allow: readonly string[]
  readonly open: boolean
}): Admission {
  const byHand = new Set(options.allow)
  let listed = new Set<string>()
  const admits = (peer: string): boolean => {
    return options.open || byHand.has(peer) || listed.has(peer)
  }
  return {
    admits,
    check(peer) {
      if (admits(peer)) return
      const text =
        byHand.size + listed.size === 0
          ? 'this agent takes tasks from nobody yet'
          : 'this agent takes tasks only from peers on its list'
      const how = `its operator can admit you: peerwork up --allow ${peer}`
      throw new PeerworkError('NOT_ADMITTED', `${text}; ${how}`, { peer })
    },
    allow: (peer) => void byHand.add(peer),
    disallow(peer) {
      byHand.delete(peer)
      listed.delete(peer)
    },
    list(peers) {
      listed = new Set(peers)
    },
    mode() {
      if (options.open) return 'everybody'
      return byHand.size + listed.size === 0 ? 'nobody' : 'listed'
    }
  }
}
