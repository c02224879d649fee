import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Audience, hasStream } from '../../src/node/audience.ts'
import { until } from '../helpers/processes.ts'

/** Of gossipsub what an audience looks at. */
class Subscribers extends EventTarget {
  readonly streamsOutbound = new Map<string, unknown>()
  readonly #peers = new Set<string>()

  getSubscribers(): string[] {
    return [...this.#peers]
  }

  come(peer: string): void {
    this.#peers.add(peer)
    this.#tell(peer)
  }

  go(peer: string): void {
    this.#peers.delete(peer)
    this.#tell(peer)
  }

  #tell(peerId: string): void {
    this.dispatchEvent(new CustomEvent('subscription-change', { detail: { peerId } }))
  }
}

function setup() {
  const pubsub = new Subscribers()
  const state = { changes: 0 }
  type Wanted = ConstructorParameters<typeof Audience>[0]
  void new Audience(pubsub as unknown as Wanted, 'topic', () => state.changes++)
  return { pubsub, state }
}

test('each change is told, and once more when whoever came can be reached', async () => {
  const { pubsub, state } = setup()
  pubsub.come('early')
  expect(state.changes).toBe(1)
  expect(hasStream(pubsub, 'early')).toBe(false)
  await sleep(60)
  expect(state.changes).toBe(1)
  pubsub.streamsOutbound.set('early', {})
  await until('told again', () => state.changes === 2)
  await sleep(60)
  expect(state.changes).toBe(2)
})

test('whoever can be reached already, or goes, is told of once', async () => {
  const { pubsub, state } = setup()
  pubsub.streamsOutbound.set('here', {})
  pubsub.come('here')
  pubsub.come('fleeting')
  pubsub.go('fleeting')
  expect(state.changes).toBe(3)
  await sleep(60)
  pubsub.streamsOutbound.set('fleeting', {})
  await sleep(60)
  expect(state.changes).toBe(3)
})
