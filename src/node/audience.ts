/**
 * Who begins or stops to listen to the topic.
 *
 * A peer's wish to listen often comes some ms before there is a stream to it: what is published in
 * between goes to the others alone. So a change is told again as soon as the peer can be reached.
 */

import type { GossipSub } from '@libp2p/gossipsub'

/** Between two looks whether a listener can be reached, ms. */
const LOOK_EVERY_MS = 20
/** How often it is looked, count: 5 s, as long as opening a stream may take. */
const LOOKS_MAX = 250
/** Listeners that are awaited at once, count: as many as an agent has connections. */
const AWAITED_MAX = 256

type Subscribers = Pick<GossipSub, 'addEventListener' | 'getSubscribers'>

/** Whether a subscriber has a stream already, so that what is published reaches it. */
export function hasStream(pubsub: object, peer: string): boolean {
  const { streamsOutbound } = pubsub as { streamsOutbound?: Map<string, unknown> }
  return streamsOutbound?.has(peer) ?? true
}

/** Calls `changed` with each change, and again when whoever came can be reached. */
export class Audience {
  readonly #pubsub: Subscribers
  readonly #topic: string
  readonly #changed: () => void
  /** How often each that came is still looked for. */
  readonly #awaited = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(pubsub: Subscribers, topic: string, changed: () => void) {
    this.#pubsub = pubsub
    this.#topic = topic
    this.#changed = changed
    pubsub.addEventListener('subscription-change', ({ detail }) => {
      this.#changed()
      this.#await(detail.peerId.toString())
    })
  }

  #await(peer: string): void {
    if (hasStream(this.#pubsub, peer) || this.#awaited.size >= AWAITED_MAX) return
    this.#awaited.set(peer, LOOKS_MAX)
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
  }

  #look(): void {
    const subscribers = new Set(this.#pubsub.getSubscribers(this.#topic).map(String))
    let reached = false
    for (const [peer, looks] of this.#awaited) {
      const here = hasStream(this.#pubsub, peer)
      if (here || looks <= 1 || !subscribers.has(peer)) this.#awaited.delete(peer)
      else this.#awaited.set(peer, looks - 1)
      reached ||= here
    }
    if (this.#awaited.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    if (reached) this.#changed()
  }
}
