/**
 * Sealing several bodies with one signature: an Ed25519 signature costs 26 µs and checking it 78,
 * a place in a tree 2 and checking that 4. One body alone is sealed as `seal` does it.
 */

import { bytesFor } from './bytes.ts'
import { encodeShared } from './canonical.ts'
import { TOGETHER_BYTES_MAX, TOGETHER_MAX, WIRE_VERSION } from './constants.ts'
import { PeerworkError } from './errors.ts'
import type { Identity } from './identity.ts'
import { SIGNATURE_BYTES } from './identity.ts'
import { SealedOnce } from './seal.ts'
import type { Sealed, SealedBody } from './seal.ts'
import { KINDS, leafOf, prefixed } from './signable.ts'
import type { TogetherKind } from './signable.ts'
import { PLACE_BYTES_MAX, signedOf, standingBytes, statementOf } from './shared-signature.ts'
import { TOGETHER, writeStanding } from './shared-signature.ts'
import type { Standing } from './shared-signature.ts'
import { treeOf } from './tree.ts'

/** Version, kind and signature, and then the place. */
const HEADER_BYTES = 2 + SIGNATURE_BYTES
/** Before a body, bytes: the longest header, and so also what its signature is over. */
const AHEAD_BYTES = HEADER_BYTES + PLACE_BYTES_MAX

/** A body that waits for its signature, in the buffer that becomes its seal. */
export interface Draft<Body extends SealedBody> {
  readonly kind: TogetherKind
  readonly body: Body
  /** Too large to have a path as well: signed by itself. */
  readonly alone: boolean
  readonly room: Uint8Array
}

/**
 * The body as it will be sent.
 *
 * @throws PeerworkError `INTERNAL` for what cannot be written
 */
export function draft<Body extends SealedBody>(kind: TogetherKind, body: Body): Draft<Body> {
  const payload = encodeShared(body)
  const room = bytesFor(AHEAD_BYTES + payload.length)
  room.set(payload, AHEAD_BYTES)
  return { kind, body, room, alone: payload.length > TOGETHER_BYTES_MAX }
}

/**
 * Seal drafts with one signature. The caller has made sure that each is from the identity, and of
 * one draft makes one seal.
 *
 * @param drafts at most `TOGETHER_MAX`
 */
export function sealTogether<Body extends SealedBody>(
  drafts: readonly Draft<Body>[],
  identity: Identity
): Sealed<Body>[] {
  const size = drafts.length
  if (size > TOGETHER_MAX) {
    throw new PeerworkError('INTERNAL', `${size} seals under one signature`, { max: TOGETHER_MAX })
  }
  if (size < 2) return drafts.map((one) => sealAlone(one, identity))
  const { root, paths } = treeOf(
    drafts.map(({ kind, room }) => leafOf(kind, room.subarray(AHEAD_BYTES)))
  )
  const signature = identity.sign(signedOf(statementOf(size, root)))
  return drafts.map((one, index) => {
    const path = paths[index] ?? new Uint8Array(0)
    return finish(one, signature, { index, size, path })
  })
}

/** As `seal` does it, byte for byte. */
export function sealAlone<Body extends SealedBody>(
  one: Draft<Body>,
  identity: Identity
): Sealed<Body> {
  return finish(one, identity.sign(prefixed(one.kind, one.room.subarray(AHEAD_BYTES))), undefined)
}

/** Write the header right before the body, over what was signed there. */
function finish<Body extends SealedBody>(
  { kind, body, room }: Draft<Body>,
  signature: Uint8Array,
  standing: Standing | undefined
): Sealed<Body> {
  const header = HEADER_BYTES + (standing === undefined ? 0 : standingBytes(standing))
  const bytes = room.subarray(AHEAD_BYTES - header)
  bytes[0] = WIRE_VERSION
  bytes[1] = KINDS[kind] + (standing === undefined ? 0 : TOGETHER)
  bytes.set(signature, 2)
  if (standing !== undefined) writeStanding(standing, bytes, HEADER_BYTES)
  return new SealedOnce(body, bytes, header)
}
