/**
 * A succession: one member changes its key. The old key names the new one and the new key names the
 * old one, so neither can be taken over by somebody who has only one of them.
 */

import * as z from 'zod/mini'
import { SUCCESSION_BYTES_MAX, WIRE_VERSION } from '../constants.ts'
import { PeerworkError } from '../errors.ts'
import type { AgentId, Identity } from '../identity.ts'
import { open, seal } from '../seal.ts'
import type { Expectation, SealedBody } from '../seal.ts'
import * as shape from '../shape.ts'

const half = z.strictObject({
  v: z.int(),
  network: shape.network,
  from: shape.agentId,
  issued: shape.time,
  before: shape.agentId,
  after: shape.agentId
})
export type Half = z.infer<typeof half> & SealedBody
const readHalf = shape.reader('succession', half)

/** The same statement, sealed by the old key and by the new one. */
export const succession = z.strictObject({
  before: shape.bytesUpTo(SUCCESSION_BYTES_MAX),
  after: shape.bytesUpTo(SUCCESSION_BYTES_MAX)
})
export type Succession = z.infer<typeof succession>

export interface OpenedSuccession {
  readonly before: AgentId
  readonly after: AgentId
  /** ms since 1970, as the old key says. */
  readonly issued: number
  /** Of what the old key signed: the id of the change. */
  readonly digest: Uint8Array
}

export function sealSuccession(
  network: string,
  issued: number,
  keys: { readonly before: Identity; readonly after: Identity }
): Succession {
  const { before, after } = keys
  const said = { v: WIRE_VERSION, network, issued, before: before.id, after: after.id }
  const by = (who: Identity) => seal<Half>('succession', { ...said, from: who.id }, who).bytes
  return { before: by(before), after: by(after) }
}

/** @throws PeerworkError whatever `open` finds, and `SIGNATURE_INVALID` when the halves differ */
export function openSuccession(
  shown: Succession,
  { network, now }: { network: string; now: number }
): OpenedSuccession {
  const expect = expectSuccession(network, now)
  const old = open(shown.before, expect)
  if (!old.ok) throw old.error
  const young = open(shown.after, expect)
  if (!young.ok) throw young.error
  const { from, before, after, issued } = old.sealed.body
  const other = young.sealed.body
  const agree = other.before === before && other.after === after
  if (from !== before || other.from !== after || before === after || !agree) {
    throw new PeerworkError('SIGNATURE_INVALID', 'the two halves of a succession do not agree')
  }
  return { before, after, issued, digest: old.sealed.digest }
}

/** How either half is opened. */
export function expectSuccession(network: string, now: number): Expectation<Half> {
  const base = { kind: 'succession', bytesMax: SUCCESSION_BYTES_MAX } as const
  return { ...base, network, now, check: readHalf }
}
