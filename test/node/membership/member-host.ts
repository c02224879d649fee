/** A member on a real host, and nothing of an agent on it but its membership. */

import type { Connection, Stream } from '@libp2p/interface'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { importGuarded } from '../../../src/node/guarded-import.ts'
import type { Host } from '../../../src/node/host.ts'
import type { Secret } from '../../../src/node/key-file.ts'
import { toLogLevels } from '../../../src/node/log-levels.ts'
import { createLogs } from '../../../src/node/logger.ts'
import { OwnMembership } from '../../../src/node/membership/own-membership.ts'
import { MemberStore } from '../../../src/node/membership/store.ts'
import { PRESETS } from '../../../src/node/presets.ts'
import { MEMBER_PROTOCOL } from '../../../src/protocol/constants.ts'
import type { HostParts } from '../../../src/node/reach/parts.ts'
import type { PeerworkError } from '../../../src/protocol/errors.ts'
import type { Credential } from '../../../src/protocol/membership/credential.ts'
import { LAB, owner } from './people.ts'

export const log = createLogs(toLogLevels('silent'), 'test')('node')

export interface MemberHost {
  readonly id: string
  readonly address: string
  readonly host: Host
  readonly parts: HostParts
  readonly membership: OwnMembership
  /** Who was cut off, and why. */
  readonly cut: Map<string, PeerworkError>
  /** Dial, and compare rosters as the side that dialled does. */
  dial(other: { readonly address: string }): Promise<Connection>
  /** Dial, and say nothing of rosters. */
  reach(address: string): Promise<Connection>
  close(): Promise<void>
}

/** @param credential absent for a guest */
export async function memberHost(
  secret: Secret,
  credential?: Credential,
  more: { readonly lifeMs?: number } = {}
): Promise<MemberHost> {
  const guest = { network: LAB, owner: owner.id }
  const membership = new OwnMembership({
    own: credential === undefined ? guest : { ...guest, credential, addresses: [] },
    store: new MemberStore(undefined),
    ...{ identity: secret.identity, clock: systemClock, log, ...more }
  })
  const { createHost } = await importGuarded(() => import('../../../src/node/host.ts'))
  const preset = PRESETS.loopback
  const { host, parts, dial } = await createHost({
    ...{ secret, publicKey: secret.identity.publicKey, network: LAB, preset, mdns: false },
    ...{ listen: preset.listen, bootstrap: [], found: () => undefined, door: membership.door }
  })
  await host.handle(MEMBER_PROTOCOL, (stream: Stream, link: Connection) => {
    return membership.answer(stream, link)
  })
  await host.start()
  const address = host.getMultiaddrs()[0]?.toString() ?? ''
  const cut = new Map<string, PeerworkError>()
  membership.start({
    connections: () => host.getConnections().filter(({ status }) => status === 'open'),
    cut(peer, error) {
      cut.set(peer, error)
      for (const connection of host.getConnections()) {
        if (connection.remotePeer.toString() === peer) connection.abort(error)
      }
    },
    refused: () => undefined,
    copied: () => undefined,
    addresses: () => [address]
  })
  const close = async (): Promise<void> => {
    membership.stop()
    await host.stop()
  }
  onTestFinished(close)
  return {
    ...{ id: secret.identity.id, address, host, parts, membership, cut, close },
    reach: (to) => dial([to], AbortSignal.timeout(8_000)),
    async dial(other) {
      const connection = await dial([other.address], AbortSignal.timeout(8_000))
      await membership.opened(connection)
      return connection
    }
  }
}
