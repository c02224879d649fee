/**
 * The encrypter of a network with an owner: noise, and then each side shows that it is a member.
 *
 * It runs inside the upgrade of every connection, relayed ones too, so a stranger is refused before
 * multiplexer, identify or any protocol of ours. An agent that speaks only plain noise finds no
 * encrypter in common with us.
 */

import type { ConnectionEncrypter, MessageStream, SecuredConnection } from '@libp2p/interface'
import { MEMBER_CONNECTION } from '../../protocol/constants.ts'
import { shakeHands } from './handshake.ts'
import type { Doorkeeper } from './handshake.ts'

type Secure = ConnectionEncrypter['secureInbound']

export function membersOnly<C>(
  make: (components: C) => ConnectionEncrypter,
  door: Doorkeeper
): (components: C) => ConnectionEncrypter {
  return (components) => {
    const noise = make(components)
    const wrapped = (secure: Secure, dialled: boolean): Secure => {
      return async (connection: MessageStream, options) => {
        const secured: SecuredConnection = await secure(connection, options)
        const { signal } = options ?? {}
        const about = signal === undefined ? { door, dialled } : { door, dialled, signal }
        await shakeHands(secured.connection, secured.remotePeer.toString(), about)
        return secured
      }
    }
    return Object.assign(noise, {
      protocol: MEMBER_CONNECTION,
      secureInbound: wrapped(noise.secureInbound.bind(noise), false),
      secureOutbound: wrapped(noise.secureOutbound.bind(noise), true)
    })
  }
}
