/** A seal as standard DSSE JSON, so that anyone can check it offline with other tools. */

import { decode } from './canonical.ts'
import { payloadTypeOf, peek } from './seal.ts'

/** https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export interface DsseEnvelope {
  readonly payloadType: string
  /** The body, base64. */
  readonly payload: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

/** @throws PeerworkError `MALFORMED` for bytes that are no seal. Does not verify. */
export function toDsse(bytes: Uint8Array): DsseEnvelope {
  const { kind, signature, body } = peek(bytes)
  const decoded = decode(body)
  const from = isObject(decoded) ? decoded['from'] : undefined
  return {
    payloadType: payloadTypeOf(kind),
    payload: Buffer.from(body).toString('base64'),
    signatures: [
      {
        keyid: typeof from === 'string' ? from : '',
        sig: Buffer.from(signature).toString('base64')
      }
    ]
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
