/** A seal as standard DSSE JSON, so that anyone can check it offline with other tools. */

import { decode, DIGEST_BYTES } from './canonical.ts'
import { peek } from './seal.ts'
import type { Peeked } from './seal.ts'
import { statementOf, TREE_TYPE } from './shared-signature.ts'
import type { Standing } from './shared-signature.ts'
import { leafOf, payloadTypeOf, roomFor } from './signable.ts'
import { rootOf } from './tree.ts'

/** https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export interface DsseEnvelope {
  readonly payloadType: string
  /** The body, base64; of a shared signature how many seals share it (1 byte), and their root. */
  readonly payload: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
  /** Of a shared signature: what leads to the root, as in RFC 9162, section 2.1.3.2. */
  readonly leaf?: DsseLeaf
}

export interface DsseLeaf {
  readonly payloadType: string
  /** The body, base64. The leaf is DSSE's pre-authentication encoding of the two. */
  readonly payload: string
  readonly index: number
  /** Digests, base64, from the leaf up. */
  readonly path: readonly string[]
}

/** @throws PeerworkError `MALFORMED` for bytes that are no seal. Does not verify. */
export function toDsse(bytes: Uint8Array): DsseEnvelope {
  const seal = peek(bytes)
  const { kind, signature, body, standing } = seal
  const decoded = decode(body)
  const from = isObject(decoded) ? decoded['from'] : undefined
  const keyid = typeof from === 'string' ? from : ''
  const signatures = [{ keyid, sig: base64(signature) }]
  const said = { payloadType: payloadTypeOf(kind), payload: base64(body) }
  if (standing === undefined) return { ...said, signatures }
  const { index, path } = standing
  const steps = Array.from({ length: path.length / DIGEST_BYTES }, (_, at) => {
    return base64(path.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES))
  })
  const leaf = { ...said, index, path: steps }
  return { payloadType: TREE_TYPE, payload: base64(treeSaid(seal, standing)), signatures, leaf }
}

function treeSaid({ kind, body }: Peeked, standing: Standing): Uint8Array {
  return statementOf(standing.size, rootOf(leafOf(kind, roomFor(body)), standing, standing.path))
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
