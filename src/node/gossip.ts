/**
 * Traces on the network's topic: publish own batches, hand over those of others once they are
 * verified.
 *
 * The validator opens the seal before gossipsub passes a message on, so a forged batch goes no
 * further than its first honest peer.
 */

import type { GossipSub } from '@libp2p/gossipsub'
import { TopicValidatorResult } from '@libp2p/gossipsub'
import { CLOCK_BEHIND_MS_MAX, traceTopic } from '../protocol/constants.ts'
import { open } from '../protocol/seal.ts'
import type { Sealed } from '../protocol/seal.ts'
import { expectBatch } from '../protocol/trace.ts'
import type { TraceBatch } from '../protocol/trace.ts'

export interface Gossip {
  /** Whether any peer subscribes, or we do. */
  listened(): boolean
  /** True when the batch left for at least one peer, or was received here. */
  publish(batch: Sealed<TraceBatch>): Promise<boolean>
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
  /** A batch was dropped unread: its neighbour sends too many. */
  readonly tooMany?: () => void
  /** Who may follow traces; everybody, unless the network has an owner. */
  readonly mayObserve?: (peer: string) => boolean
}

/** Batches taken from one neighbour in a second, count: 10,000 events; more is dropped unread. */
const BATCHES_PER_SECOND_MAX = 200

/** How much each neighbour sent in the current second. */
class Meter {
  readonly #now: () => number
  #second = 0
  #counts = new Map<string, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** Count one message; false when there were too many. */
  admit(neighbour: string): boolean {
    const second = Math.floor(this.#now() / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#counts = new Map()
    }
    const count = (this.#counts.get(neighbour) ?? 0) + 1
    this.#counts.set(neighbour, count)
    return count <= BATCHES_PER_SECOND_MAX
  }
}

export function createGossip(options: GossipOptions): Gossip {
  const { pubsub, network, now, refused, tooMany, mayObserve } = options
  if (mayObserve !== undefined) deafTo(pubsub, mayObserve)
  const topic = traceTopic(network)
  const receivers = new Set<(batch: Sealed<TraceBatch>) => void>()
  const meter = new Meter(now)
  pubsub.topicValidators.set(topic, (neighbour, message) => {
    // Before the signature: verifying is what a flood would be for.
    if (!meter.admit(neighbour.toString())) {
      tooMany?.()
      return TopicValidatorResult.Ignore
    }
    const time = now()
    // Sealed and published in one moment: an old batch is a replay, beyond what gossip remembers.
    const duplicate = (body: TraceBatch): boolean => time - body.issued > CLOCK_BEHIND_MS_MAX
    const opened = open(message.data, { ...expectBatch({ network, now: time }), duplicate })
    if (opened.ok) {
      for (const receive of receivers) receive(opened.sealed)
      return TopicValidatorResult.Accept
    }
    refused(opened.error)
    // A clock that is behind is no offence of the peer that passed the batch on.
    const { code } = opened.error
    const innocent = code === 'REPLAYED' || code === 'CLOCK_SKEW'
    return innocent ? TopicValidatorResult.Ignore : TopicValidatorResult.Reject
  })
  return {
    listened: () => receivers.size > 0 || pubsub.getSubscribers(topic).length > 0,
    async publish(batch) {
      for (const receive of receivers) receive(batch)
      try {
        const { recipients } = await pubsub.publish(topic, batch.bytes)
        return recipients.length > 0 || receivers.size > 0
      } catch (error) {
        refused(error as Error)
        return receivers.size > 0
      }
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

interface Rpc {
  subscriptions?: unknown[]
  control?: unknown
}

/**
 * Of peers that may not observe only what they publish is heard: no subscription, no graft, and no
 * wish for a message. So nothing is ever sent to them.
 */
function deafTo(pubsub: GossipSub, mayObserve: (peer: string) => boolean): void {
  const inner = pubsub as unknown as {
    handleReceivedRpc: (from: { toString(): string }, rpc: Rpc) => Promise<void>
  }
  const hear = inner.handleReceivedRpc.bind(pubsub)
  inner.handleReceivedRpc = (from, rpc) => {
    if (mayObserve(from.toString())) return hear(from, rpc)
    const { control: _, ...rest } = rpc
    return hear(from, { ...rest, subscriptions: [] })
  }
}
