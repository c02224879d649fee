/**
 * What `watch` hears: gossip, and a stream from each producer that does not gossip its batches
 * because an observer tails it.
 */

import type { AgentId } from '../../protocol/identity.ts'
import type { Sealed } from '../../protocol/seal.ts'
import type { TraceBatch } from '../../protocol/trace.ts'
import type { LogPlace, Traces } from './api.ts'

/** Producers followed over streams at once, count: as many as an agent has connections. */
const FOLLOWED_MAX = 256

export interface Follower {
  placeOf(producer: AgentId): LogPlace | undefined
  take(batch: Sealed<TraceBatch>): void
}

/** @returns how to stop */
export function followTraces(traces: Traces, follower: Follower): () => void {
  const ending = new AbortController()
  const followed = new Set<AgentId>()
  const follow = async (producer: AgentId): Promise<void> => {
    followed.add(producer)
    const from = follower.placeOf(producer)
    const options = { from, keeps: false, signal: ending.signal }
    try {
      for await (const news of traces.tail(producer, options)) {
        if (news.kind === 'batch') follower.take(news.batch)
      }
    } catch {
      // It will say again that it is tailed, if it is still there.
    } finally {
      followed.delete(producer)
    }
  }
  const stop = traces.listen((news) => {
    if (news.kind === 'batch') follower.take(news.batch)
    else if (news.kind === 'head' && news.head.body.tailed) {
      const { from } = news.head.body
      const known = from === traces.self || followed.has(from) || followed.size >= FOLLOWED_MAX
      if (!known && traces.holders().includes(from)) void follow(from)
    }
  })
  return () => {
    stop()
    ending.abort()
  }
}
