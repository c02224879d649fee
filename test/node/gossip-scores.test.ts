import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGossip } from '../../src/node/gossip.ts'
import { BAD_SCORES_MAX } from '../../src/node/gossip-scores.ts'
import { traceTopic } from '../../src/protocol/constants.ts'
import { until } from '../helpers/processes.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import type { RawHost } from '../helpers/raw-host.ts'

const TOPIC = traceTopic('home')

interface Scores {
  readonly peerStats: Map<string, { connected: boolean }>
  score(id: string): number
  addPeer(id: string): void
  removePeer(id: string): void
  addPenalty(id: string, penalty: number): void
}
const scoresOf = ({ host }: RawHost): Scores =>
  (host.services.pubsub as unknown as { score: Scores }).score

let honest: RawHost
let other: RawHost
beforeEach(async () => {
  ;[honest, other] = await Promise.all([createRawHost(), createRawHost()])
  const refused = (): void => undefined
  const { pubsub } = honest.host.services
  createGossip({ pubsub, network: 'home', now: Date.now, refused }).subscribe(() => undefined)
})
afterEach(async () => {
  await honest[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
})

async function meet(): Promise<void> {
  await other.dial(honest.address)
  await until('heard', () => other.host.services.pubsub.getSubscribers(TOPIC).length === 1)
}

async function part(): Promise<void> {
  await Promise.all(other.host.getConnections().map((connection) => connection.close()))
  const here = (one: RawHost): number => one.host.services.pubsub.getPeers().length
  await until('apart', () => here(honest) + here(other) === 0)
}

async function forge(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await other.host.services.pubsub.publish(TOPIC, Buffer.from(`forged ${n}`))
  }
  await until('noticed', () => scoresOf(honest).score(other.id) < 0)
}

test('who leaves without a fault is forgotten within seconds', async () => {
  await meet()
  expect(scoresOf(honest).peerStats.has(other.id)).toBe(true)
  await part()
  await until('forgotten', () => !scoresOf(honest).peerStats.has(other.id), 4_000)
})

test('a forger that comes back is as little trusted as before', async () => {
  await meet()
  await forge(5)
  await part()
  // Longer than the clean ones are kept.
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  await meet()
  await until('known again', () => scoresOf(honest).peerStats.get(other.id)?.connected === true)
  expect(scoresOf(honest).score(other.id)).toBeLessThan(-1)
})

test('of endless forgers only the last ones are remembered', { timeout: 15_000 }, async () => {
  const scores = scoresOf(honest)
  for (let n = 0; n < 2 * BAD_SCORES_MAX; n++) {
    scores.addPeer(`forger ${n}`)
    scores.addPenalty(`forger ${n}`, 10)
    scores.removePeer(`forger ${n}`)
  }
  await until('some forgotten', () => scores.peerStats.size <= BAD_SCORES_MAX, 4_000)
  expect(scores.peerStats.size).toBe(BAD_SCORES_MAX)
  expect(scores.peerStats.has(`forger ${2 * BAD_SCORES_MAX - 1}`)).toBe(true)
})
