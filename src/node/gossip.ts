/**
 * Traces on the network's topic: publish own batches, hand over those of others once they are
 * verified.
 *
 * The validator opens the seal before gossipsub passes a message on, so a forged batch goes no
 * further than its first honest peer.
 */

import type { GossipSub } from '@libp2p/gossipsub'
import { TopicValidatorResult } from '@libp2p/gossipsub'
import { traceTopic } from '../protocol/constants.ts'
import { open } from '../protocol/seal.ts'
import type { Sealed } from '../protocol/seal.ts'
import { expectBatch } from '../protocol/trace.ts'
import type { TraceBatch } from '../protocol/trace.ts'

export interface Gossip {
  /** Whether any peer subscribes, or we do. */
  listened(): boolean
  publish(batch: Sealed<TraceBatch>): void
  /** Receive verified batches, own ones included, until the returned function is called. */
  subscribe(receive: (batch: Sealed<TraceBatch>) => void): () => void
  /** Told whenever a peer begins or stops to listen. */
  onAudience(changed: () => void): void
}

export interface GossipOptions {
  readonly pubsub: GossipSub
  readonly network: string
  readonly now: () => number
  readonly refused: (error: Error) => void
}

export function createGossip({ pubsub, network, now, refused }: GossipOptions): Gossip {
  const topic = traceTopic(network)
  const receivers = new Set<(batch: Sealed<TraceBatch>) => void>()
  pubsub.topicValidators.set(topic, (_peer, message) => {
    const opened = open(message.data, expectBatch({ network, now: now() }))
    if (opened.ok) {
      for (const receive of receivers) receive(opened.sealed)
      return TopicValidatorResult.Accept
    }
    refused(opened.error)
    return TopicValidatorResult.Reject
  })
  return {
    listened: () => receivers.size > 0 || pubsub.getSubscribers(topic).length > 0,
    publish(batch) {
      for (const receive of receivers) receive(batch)
      pubsub.publish(topic, batch.bytes).catch(refused)
    },
    subscribe(receive) {
      if (receivers.size === 0) pubsub.subscribe(topic)
      receivers.add(receive)
      return () => {
        receivers.delete(receive)
        if (receivers.size === 0) pubsub.unsubscribe(topic)
      }
    },
    onAudience(changed) {
      pubsub.addEventListener('subscription-change', changed)
    }
  }
}
