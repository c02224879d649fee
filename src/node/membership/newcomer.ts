/**
 * Asking an admin for a certificate: a connection that ends before it is one.
 *
 * Imported only through `guarded-import.ts`, because it brings libp2p.
 */

import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { WIRE_VERSION } from '../../protocol/constants.ts'
import { messageOf, PeerworkError } from '../../protocol/errors.ts'
import { BOOT_BYTES } from '../../protocol/membership/handshake.ts'
import type { Verdict } from '../../protocol/membership/handshake.ts'
import type { Grant } from '../../protocol/membership/invitation.ts'
import type { Clock } from '../clock.ts'
import type { Secret } from '../key-file.ts'
import { membersOnly } from './encrypter.ts'
import { verdictOf } from './handshake.ts'
import type { Doorkeeper } from './handshake.ts'

/** One admin, from dialling to its answer, ms. */
const ASK_MS_MAX = 8_000

export interface Newcomer {
  readonly secret: Secret
  readonly network: string
  readonly grant: Grant
  readonly clock: Clock
}

export interface Asking {
  /**
   * Several may be asked at once.
   *
   * @param address multiaddr with `/p2p/<id>`
   * @throws PeerworkError the admin's refusal, or `DIAL_FAILED`
   */
  ask(address: string, signal?: AbortSignal): Promise<Verdict>
}

export function createAsking(newcomer: Newcomer): Asking {
  const boot = newcomer.clock.random(BOOT_BYTES)
  return { ask: async (address, signal) => ask(address, newcomer, { boot, signal }) }
}

interface Heard {
  answer: Verdict | undefined
  refusal: PeerworkError | undefined
}

/** Each with a host of its own: one host dials the addresses of one peer one after the other. */
async function ask(
  address: string,
  newcomer: Newcomer,
  { boot, signal }: { readonly boot: Uint8Array; readonly signal: AbortSignal | undefined }
): Promise<Verdict> {
  const heard: Heard = { answer: undefined, refusal: undefined }
  const host = await hostOf(newcomer, doorOf(newcomer, boot, heard))
  const late = AbortSignal.timeout(ASK_MS_MAX)
  const until = signal === undefined ? late : AbortSignal.any([late, signal])
  let failure: unknown
  try {
    const connection = await host.dial(multiaddr(address), { signal: until })
    connection.abort(new Error('not for a newcomer'))
  } catch (error) {
    failure = error
  } finally {
    await host.stop()
  }
  signal?.throwIfAborted()
  if (heard.answer !== undefined) return heard.answer
  if (heard.refusal !== undefined) throw heard.refusal
  throw new PeerworkError('DIAL_FAILED', `${address}: ${messageOf(failure)}`)
}

function doorOf({ network, grant, clock }: Newcomer, boot: Uint8Array, heard: Heard): Doorkeeper {
  return {
    hello: () => ({ v: WIRE_VERSION, network, boot, now: clock.now(), grant }),
    // A newcomer knows nobody whom it could judge, and only wants an answer.
    judge: () =>
      Promise.resolve(verdictOf(new PeerworkError('NO_ADMIN', 'no answer to a newcomer'))),
    granted: (_peer, credential, addresses) =>
      void (heard.answer = { credential, addresses: [...addresses] }),
    met: () => undefined,
    refused: (_peer, error) => void (heard.refusal = error)
  }
}

async function hostOf({ secret }: Newcomer, door: Doorkeeper) {
  return createLibp2p({
    privateKey: privateKeyFromRaw(Buffer.concat([secret.seed, secret.identity.publicKey])),
    addresses: { listen: [] },
    transports: [tcp()],
    connectionEncrypters: [membersOnly(noise(), door)],
    streamMuxers: [yamux()],
    // The admins of a link may be on this machine.
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: { dialTimeout: ASK_MS_MAX, addressDialTimeout: ASK_MS_MAX }
  })
}
