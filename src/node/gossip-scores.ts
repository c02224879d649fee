/**
 * How gossip remembers the behaviour of neighbours that went away: the bad one, within bounds.
 *
 * The stock keeps the score of everybody for an hour, and then gives a clean one to whoever comes
 * back, so that it is kept in vain: a forger had only to connect again. Here who leaves with a
 * clean score is forgotten at once, and who leaves with a bad one finds it when it returns.
 */

import type { GossipSub } from '@libp2p/gossipsub'

/** Bad scores of neighbours that are gone, count; the oldest go first. Some 500 bytes each. */
export const BAD_SCORES_MAX = 256

interface Stats {
  connected: boolean
  /** When a score is thrown away at the next turn of each second, ms since 1970. */
  expire: number
}

interface Scores {
  readonly peerStats: Map<string, Stats>
  readonly scoreCache: Map<string, unknown>
  score(id: string): number
  addPeer(id: string): void
  removePeer(id: string): void
}

export function keepBadScores(pubsub: GossipSub): void {
  const { score: scores } = pubsub as unknown as { readonly score: Scores }
  const add = scores.addPeer.bind(scores)
  const remove = scores.removePeer.bind(scores)
  const bad = new Set<string>()
  const forget = (id: string): void => {
    const stats = scores.peerStats.get(id)
    if (stats?.connected === false) stats.expire = 0
    bad.delete(id)
  }
  scores.addPeer = (id) => {
    const stats = scores.peerStats.get(id)
    if (!bad.delete(id) || stats === undefined) return add(id)
    stats.connected = true
  }
  scores.removePeer = (id) => {
    remove(id)
    // What was reckoned a moment ago may be from before the last forgery.
    scores.scoreCache.delete(id)
    if (scores.score(id) >= 0) return forget(id)
    bad.add(id)
    const [oldest = id] = bad
    if (bad.size > BAD_SCORES_MAX) forget(oldest)
  }
}
