/** Who may submit tasks. Nobody, until the operator says otherwise. */

import { PeerworkError } from '../protocol/errors.ts'

export interface Admission {
  admits(peer: string): boolean
  /** Whether the operator named this peer: not a guest, and not anybody because it is open. */
  lists(peer: string): boolean
  /** @throws PeerworkError `NOT_ADMITTED`, saying what the operator would have to run */
  check(peer: string): void
  allow(peer: string): void
  /** Take back what `allow`, the options and the allow file gave; guests stay. */
  disallow(peer: string): void
  /**
   * Let a guest in until the returned function is called. Several may let in the same one, and
   * none of them takes away what the operator gave.
   */
  admit(guest: string): () => void
  /** Replace the peers that an allow file lists; those allowed by hand stay. */
  list(peers: readonly string[]): void
  /** Whether everybody is let in. */
  open(everybody: boolean): void
  /** `members`: roles of the network say who may, and no list does. */
  mode(): 'nobody' | 'listed' | 'everybody' | 'members'
}

export function createAdmission(options: {
  readonly allow: readonly string[]
  readonly open: boolean
}): Admission {
  let everybody = options.open
  const byHand = new Set(options.allow)
  let listed = new Set<string>()
  const guests = new Map<object, string>()
  const lists = (peer: string): boolean => byHand.has(peer) || listed.has(peer)
  const admits = (peer: string): boolean => {
    return everybody || lists(peer) || guests.values().some((guest) => guest === peer)
  }
  return {
    admits,
    lists,
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
    admit(guest) {
      const visit = {}
      guests.set(visit, guest)
      return () => void guests.delete(visit)
    },
    list(peers) {
      listed = new Set(peers)
    },
    open(now) {
      everybody = now
    },
    mode() {
      if (everybody) return 'everybody'
      return byHand.size + listed.size === 0 ? 'nobody' : 'listed'
    }
  }
}
