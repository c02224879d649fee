/** Two hosts connected through a third one, which relays: all of them real, on loopback. */

import type { Connection } from '@libp2p/interface'
import { importGuarded } from '../../src/node/guarded-import.ts'
import type { RelayLimits } from '../../src/node/reach/limits.ts'
import { throughRelay } from '../../src/node/reach/relayed.ts'
import type { Circuit } from '../../src/node/reach/circuit.ts'
import { createRawHost } from './raw-host.ts'
import type { RawHost } from './raw-host.ts'

export interface RelayedPair extends AsyncDisposable {
  readonly relay: RawHost
  /** Whoever dialled. */
  readonly near: RawHost
  /** Whoever has the reservation. */
  readonly far: RawHost
  /** The far side's client, and the near one's. */
  readonly circuit: Circuit
  readonly nearCircuit: Circuit
  /** Dial the far side through the relay, once more. */
  dial(): Promise<Connection>
  stopRelaying(): Promise<void>
}

const GENEROUS: RelayLimits = { bytes: 1024 * 1024, durationMs: 600_000, reservations: 4 }

export async function createRelayedPair(limits = GENEROUS): Promise<RelayedPair> {
  const { Circuit: CircuitClass, serveRelay } = await importGuarded(
    () => import('../../src/node/reach/circuit.ts')
  )
  const [relay, near, far] = await Promise.all([createRawHost(), createRawHost(), createRawHost()])
  const stopRelaying = await serveRelay(relay.parts, limits)
  const [circuit, nearCircuit] = await Promise.all([
    CircuitClass.add(far.parts),
    CircuitClass.add(near.parts)
  ])
  await far.dial(relay.address)
  await circuit.reserve(relay.id)
  return {
    ...{ relay, near, far, circuit, nearCircuit, stopRelaying },
    dial: () => near.dial(`${throughRelay(relay.address, relay.id)}/p2p/${far.id}`),
    async [Symbol.asyncDispose]() {
      for (const raw of [near, far, relay]) await raw[Symbol.asyncDispose]()
    }
  }
}
