/**
 * A bare libp2p host with our transport and limits, and nothing of an agent on it: one end of a
 * real connection whose every byte the test decides.
 */

import type { Connection, Stream } from '@libp2p/interface'
import { systemClock } from '../../src/node/clock.ts'
import { importGuarded } from '../../src/node/guarded-import.ts'
import type { Host } from '../../src/node/host.ts'
import { ephemeralSecret } from '../../src/node/key-file.ts'
import { PRESETS } from '../../src/node/presets.ts'
import type { HostParts } from '../../src/node/reach/parts.ts'
import type { Identity } from '../../src/protocol/identity.ts'

const DIAL_MS_MAX = 5_000

export interface RawHost extends AsyncDisposable {
  readonly host: Host
  readonly parts: HostParts
  readonly identity: Identity
  readonly id: string
  /** Where it listens, with its id. */
  readonly address: string
  dial(address: string): Promise<Connection>
}

export async function createRawHost(network = 'home'): Promise<RawHost> {
  const { createHost } = await importGuarded(() => import('../../src/node/host.ts'))
  const secret = ephemeralSecret(systemClock)
  const { identity } = secret
  const preset = PRESETS.loopback
  const { host, parts, dial } = await createHost({
    ...{ secret, publicKey: identity.publicKey, network, preset, listen: preset.listen },
    ...{ bootstrap: [], mdns: false, found: () => undefined }
  })
  await host.start()
  return {
    ...{ host, parts, identity, id: identity.id },
    address: host.getMultiaddrs()[0]?.toString() ?? '',
    dial: (address) => dial([address], AbortSignal.timeout(DIAL_MS_MAX)),
    [Symbol.asyncDispose]: async () => host.stop()
  }
}

export interface StreamPair extends AsyncDisposable {
  /** Ends of the same stream; `near` opened it. */
  readonly near: Stream
  readonly far: Stream
  /** The connection under it, from the near side. */
  readonly connection: Connection
}

/** Both ends of a stream over a real connection on loopback. */
export async function openStreamPair(protocol = '/test/1'): Promise<StreamPair> {
  const [left, right] = await Promise.all([createRawHost(), createRawHost()])
  const arrived = Promise.withResolvers<Stream>()
  await right.host.handle(protocol, (stream) => arrived.resolve(stream))
  const connection = await left.dial(right.address)
  const near = await connection.newStream(protocol)
  // Negotiation is lazy: the other side hears of the stream with its first bytes.
  near.send(Uint8Array.of(0))
  const far = await arrived.promise
  await new Promise<void>((resolve) => {
    far.addEventListener('message', () => resolve(), { once: true })
  })
  return {
    ...{ near, far, connection },
    async [Symbol.asyncDispose]() {
      await left[Symbol.asyncDispose]()
      await right[Symbol.asyncDispose]()
    }
  }
}
