/**
 * The link a newcomer is given: `peerwork:join/<base64url of DAG-CBOR>`. Whoever has it can join,
 * so it is handled like a password; it says whom to trust (the owner's id), whom to ask
 * (addresses), and holds the invitation with its secret key.
 */

import * as z from 'zod/mini'
import { decode, encode } from '../canonical.ts'
import { INVITATION_BYTES_MAX, JOIN_LINK_LENGTH_MAX, WIRE_VERSION } from '../constants.ts'
import { PeerworkError } from '../errors.ts'
import * as shape from '../shape.ts'
import { isNetworkOf } from './network-id.ts'

const SCHEME = 'peerwork:join/'
/** Admins and bootstrap peers in one link, count: more would not fit a QR code. */
export const LINK_ADDRESSES_MAX = 6

const joinLink = z.strictObject({
  v: z.int(),
  network: shape.network,
  owner: shape.agentId,
  /** The seed of the invitation's key, 32 bytes. */
  secret: shape.bytes(32),
  /** The sealed invitation. */
  invitation: shape.bytesUpTo(INVITATION_BYTES_MAX),
  /** Multiaddrs with `/p2p/<id>`, the most promising first. */
  addresses: shape.list(shape.address, LINK_ADDRESSES_MAX, 1)
})
export type JoinLink = z.infer<typeof joinLink>
const readLink = shape.reader('join link', joinLink)

export function formatJoinLink(link: JoinLink): string {
  return SCHEME + Buffer.from(encode(link)).toString('base64url')
}

/** @throws PeerworkError `INVITATION_INVALID` for what is no such link */
export function parseJoinLink(text: string): JoinLink {
  const data = text.trim()
  if (!data.startsWith(SCHEME) || data.length > JOIN_LINK_LENGTH_MAX) {
    throw new PeerworkError('INVITATION_INVALID', `a join link begins with ${SCHEME}`)
  }
  try {
    const link = readLink(decode(Buffer.from(data.slice(SCHEME.length), 'base64url')))
    if (link.v === WIRE_VERSION && isNetworkOf(link.network, link.owner)) return link
  } catch (error) {
    throw damaged(error)
  }
  throw damaged(undefined)
}

const damaged = (cause: unknown): PeerworkError => {
  const why = 'the join link is damaged, or of another version; was all of it copied?'
  return new PeerworkError('INVITATION_INVALID', why, {}, cause)
}
