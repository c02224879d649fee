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
import type { Sealed } from '../protocol/seal.ts'
import type { TraceBatch } from '../protocol/trace.ts'
import type { TraceHead } from '../protocol/trace-head.ts'
import { Audience, hasStream } from './audience.ts'
import { readSeals } from './trace/read-seals.ts'
import type { Receiver, Refusal } from './trace/read-seals.ts'

export interface Gossip {
  /** Whether any peer subscribes, or we do. */
  listened(): boolean
  /** True when the batch left for at least one peer, or was received here. */
  publish(batch: Sealed<TraceBatch>): Promise<boolean>
  /** The same of a head. */
  publishHead(head: Sealed<TraceHead>): Promise<boolean>
  /** Only for whoever subscribes here. */
  here(batch: Sealed<TraceBatch>): void
  /**
   * Receive verified batches and heads, own ones included, until the returned function is called.
   */
  subscribe(
    receive: (batch: Sealed<TraceBatch>) => void,
    receiveHead?: (head: Sealed<TraceHead>) => void
  ): () => void
  /** Told of seals that do not hold, and what they claimed to be; returns how to stop. */
  onRefused(told: Refusal): () => void
  /** Told whenever a peer begins or stops to listen, and when one that began can be reached. */
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
  const receivers = new Set<Receiver>()
  const refusals = new Set<Refusal>()
  const refuse: Refusal = (error, claimed) => {
    refused(error)
    for (const told of refusals) told(error, claimed)
  }
  const meter = new Meter(now)
  const read = readSeals({ network, refuse, receivers })
  pubsub.topicValidators.set(topic, (neighbour, message) => {
    // Before the signature: verifying is what a flood would be for.
    if (!meter.admit(neighbour.toString())) {
      tooMany?.()
      return TopicValidatorResult.Ignore
    }
    const code = read(message.data, now())
    if (code === undefined) return TopicValidatorResult.Accept
    // A clock that is behind is no offence of the peer that passed the batch on.
    const innocent = code === 'REPLAYED' || code === 'CLOCK_SKEW'
    return innocent ? TopicValidatorResult.Ignore : TopicValidatorResult.Reject
  })
  const send = async (bytes: Uint8Array): Promise<boolean> => {
    try {
      if (!reaches(pubsub, topic)) return receivers.size > 0
      const { recipients } = await pubsub.publish(topic, bytes)
      return recipients.length > 0 || receivers.size > 0
    } catch (error) {
      // Whoever missed what was published before is offered it by gossip itself.
      if ((error as Error).message === 'PublishError.Duplicate') return true
      refused(error as Error)
      return receivers.size > 0
    }
  }
  return {
    listened: () => receivers.size > 0 || pubsub.getSubscribers(topic).length > 0,
    publish(batch) {
      for (const receiver of receivers) receiver.batch(batch)
      return send(batch.bytes)
    },
    publishHead(head) {
      for (const receiver of receivers) receiver.head?.(head)
      return send(head.bytes)
    },
    here(batch) {
      for (const receiver of receivers) receiver.batch(batch)
    },
    subscribe(batch, head) {
      const receiver = { batch, head }
      if (receivers.size === 0) pubsub.subscribe(topic)
      receivers.add(receiver)
      return () => {
        receivers.delete(receiver)
        if (receivers.size === 0) leave(pubsub, topic)
      }
    },
    onRefused(told) {
      refusals.add(told)
      return () => void refusals.delete(told)
    },
    onAudience(changed) {
      void new Audience(pubsub, topic, changed)
    }
  }
}

/**
 * What is published before any subscriber has a stream is sent to nobody, and counts as published
 * all the same: the same bytes could never be tried again.
 */
function reaches(pubsub: GossipSub, topic: string): boolean {
  return pubsub.getSubscribers(topic).some((peer) => hasStream(pubsub, peer.toString()))
}

/** An agent that stopped first has left the topic already. */
function leave(pubsub: GossipSub, topic: string): void {
  try {
    pubsub.unsubscribe(topic)
  } catch (error) {
    if (pubsub.getTopics().includes(topic)) throw error
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
