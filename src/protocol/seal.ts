/**
 * Sealing: a signed body, and the one door through which strangers' bytes come in.
 *
 * Layout: version (1 byte) | kind (1 byte) | Ed25519 signature (64 bytes) | body (DAG-CBOR).
 * The signature is over DSSE's pre-authentication encoding of the payload type and the body exactly
 * as sent, so a seal of one kind can never pass as another, and a chain of seals can be exported as
 * standard DSSE JSON (`dsse.ts`). Ids are digests of the body, never of the signature, because
 * Ed25519 verifiers differ on malleable signatures.
 */

import { bytesFor } from './bytes.ts'
import { decode, digest, encodeShared } from './canonical.ts'
import {
  CLOCK_AHEAD_MS_MAX,
  CLOCK_BEHIND_MS_MAX,
  TASK_LIFE_MS_MAX,
  WIRE_VERSION
} from './constants.ts'
import { PeerworkError, toPeerworkError } from './errors.ts'
import type { AgentId, Identity } from './identity.ts'
import { SIGNATURE_BYTES, verifyBy } from './identity.ts'

/** What a seal can hold, and the byte that says so. */
export const KINDS = {
  ...{ task: 1, result: 2, card: 3, batch: 4 },
  ...{ certificate: 5, invitation: 6, redemption: 7, revocation: 8, succession: 9 },
  presence: 10
} as const
export type Kind = keyof typeof KINDS

/** Fields every body begins with. */
export interface SealedBody {
  readonly v: number
  readonly network: string
  /** Who signed. */
  readonly from: AgentId
  /** Whom it is for; absent when it is for everybody (cards, traces). */
  readonly to?: AgentId | undefined
  /** When it was signed, ms since 1970. */
  readonly issued: number
  /** When it stops being valid, ms since 1970; absent where it stays true (results, traces). */
  readonly expires?: number | undefined
}

export interface Sealed<Body> {
  readonly body: Body
  /** The bytes as sent. */
  readonly bytes: Uint8Array
  /** SHA-256 of the body bytes: the id of what was sealed. Computed when first asked for. */
  readonly digest: Uint8Array
}

/** Nobody asks for the digest of a result, and a digest costs as much as reading the body. */
class SealedOnce<Body> implements Sealed<Body> {
  readonly body: Body
  readonly bytes: Uint8Array
  #digest: Uint8Array | undefined

  constructor(body: Body, bytes: Uint8Array) {
    this.body = body
    this.bytes = bytes
  }

  get digest(): Uint8Array {
    return (this.#digest ??= digest(this.bytes.subarray(HEADER_BYTES)))
  }
}

/** What the reader expects of a seal. `check` must throw for a body of the wrong shape. */
export interface Expectation<Body extends SealedBody> {
  readonly kind: Kind
  readonly bytesMax: number
  readonly network: string
  /** Own id, for kinds that are addressed. */
  readonly audience?: AgentId
  /** The peer at the other end, where only the signer itself may deliver. */
  readonly sender?: AgentId
  readonly now: number
  /** Longest time from `issued` to `expires`, ms; a task's by default. */
  readonly lifeMsMax?: number
  /** What has expired still counts: for proof of what was, never for admission. */
  readonly evenExpired?: boolean | undefined
  readonly check: (body: unknown) => Body
  /** Called before the signature is checked; true means: seen already, do not spend CPU on it. */
  readonly duplicate?: (body: Body, digest: Uint8Array) => boolean
}

export type Opened<Body> =
  | { readonly ok: true; readonly sealed: Sealed<Body> }
  | { readonly ok: false; readonly error: PeerworkError; readonly body?: Body }

const HEADER_BYTES = 2 + SIGNATURE_BYTES

export const payloadTypeOf = (kind: Kind): string => `application/vnd.peerwork.${kind}.v1+cbor`

/** What DSSE puts before a payload is shorter, bytes: a type of some 40 and a length. */
const PREFIX_BYTES_MAX = 96
const PREFIXES = Object.fromEntries(
  (Object.keys(KINDS) as Kind[]).map((kind) => {
    const type = payloadTypeOf(kind)
    return [kind, `DSSEv1 ${type.length} ${type} `]
  })
) as Readonly<Record<Kind, string>>

/** Seal a body. The caller has made sure that `body.from` is the identity's id. */
export function seal<Body extends SealedBody>(
  kind: Kind,
  body: Body,
  identity: Identity
): Sealed<Body> {
  const payload = encodeShared(body, PREFIX_BYTES_MAX)
  const bytes = bytesFor(HEADER_BYTES + payload.length)
  bytes.set(payload, HEADER_BYTES)
  bytes[0] = WIRE_VERSION
  bytes[1] = KINDS[kind]
  // What gets signed is put together where the payload was written, so it is copied only once.
  bytes.set(identity.sign(prefixed(kind, payload)), 2)
  return new SealedOnce(body, bytes)
}

/**
 * Open a seal from a stranger. Never throws: what is wrong comes back as an error. The bytes are
 * the seal's from then on, and must not change.
 *
 * Checks, cheapest first: size, version, kind, shape, network, audience, sender, times, duplicate,
 * and only then the signature (60 µs, the one check worth flooding).
 */
export function open<Body extends SealedBody>(
  bytes: Uint8Array,
  expect: Expectation<Body>
): Opened<Body> {
  let body: Body | undefined
  try {
    const payload = payloadOf(bytes, expect)
    body = expect.check(decode(payload))
    checkAddress(body, expect)
    checkTimes(body, expect)
    const sealed = new SealedOnce(body, bytes)
    if (expect.duplicate?.(body, sealed.digest) === true) {
      throw new PeerworkError('REPLAYED', 'this message was already received', { from: body.from })
    }
    const signature = bytes.subarray(2, HEADER_BYTES)
    if (!verifyBy(body.from, preAuthentication(expect.kind, payload), signature)) {
      throw new PeerworkError('SIGNATURE_INVALID', `the signature is not by ${body.from}`)
    }
    return { ok: true, sealed }
  } catch (error) {
    const known = toPeerworkError(error, 'MALFORMED')
    return body === undefined ? { ok: false, error: known } : { ok: false, error: known, body }
  }
}

/**
 * The kind and body bytes of a seal, unverified: for tools that print or export it.
 *
 * @throws PeerworkError `MALFORMED`
 */
export function peek(bytes: Uint8Array): { kind: Kind; signature: Uint8Array; body: Uint8Array } {
  const kind = (Object.keys(KINDS) as Kind[]).find((name) => KINDS[name] === bytes[1])
  if (bytes.length <= HEADER_BYTES || bytes[0] !== WIRE_VERSION || kind === undefined) {
    throw new PeerworkError('MALFORMED', 'not a Peerwork seal')
  }
  return { kind, signature: bytes.subarray(2, HEADER_BYTES), body: bytes.subarray(HEADER_BYTES) }
}

/** DSSE v1 pre-authentication encoding: `DSSEv1 <len> <type> <len> <body>`. */
export function preAuthentication(kind: Kind, payload: Uint8Array): Uint8Array {
  const room = Buffer.allocUnsafe(PREFIX_BYTES_MAX + payload.length)
  room.set(payload, PREFIX_BYTES_MAX)
  return prefixed(kind, room.subarray(PREFIX_BYTES_MAX))
}

/** The same, written to the `PREFIX_BYTES_MAX` bytes before the payload in its buffer. */
function prefixed(kind: Kind, payload: Uint8Array): Uint8Array {
  const prefix = `${PREFIXES[kind]}${payload.length} `
  const start = payload.byteOffset - prefix.length
  const whole = Buffer.from(payload.buffer, start, prefix.length + payload.length)
  whole.write(prefix, 'latin1')
  return whole
}

function payloadOf(bytes: Uint8Array, expect: { kind: Kind; bytesMax: number }): Uint8Array {
  const { kind, bytesMax } = expect
  if (bytes.length > bytesMax) {
    const facts = { bytes: bytes.length, bytesMax }
    throw new PeerworkError('TOO_LARGE', `${bytes.length} bytes are over ${bytesMax}`, facts)
  }
  if (bytes.length <= HEADER_BYTES) {
    throw new PeerworkError('MALFORMED', `${bytes.length} bytes are too few for a sealed ${kind}`)
  }
  if (bytes[0] !== WIRE_VERSION) {
    const facts = { version: bytes[0] ?? 0, supported: WIRE_VERSION }
    throw new PeerworkError('UNSUPPORTED_VERSION', `wire version ${bytes[0]} is unknown`, facts)
  }
  if (bytes[1] !== KINDS[kind]) {
    throw new PeerworkError('WRONG_KIND', `kind ${bytes[1]} came where a ${kind} was due`)
  }
  return bytes.subarray(HEADER_BYTES)
}

type Address = Pick<Expectation<SealedBody>, 'network' | 'audience' | 'sender'>

function checkAddress(body: SealedBody, expect: Address): void {
  if (body.v !== WIRE_VERSION) {
    throw new PeerworkError('UNSUPPORTED_VERSION', `body version ${body.v} is unknown`)
  }
  if (body.network !== expect.network) {
    const facts = { network: body.network, expected: expect.network }
    throw new PeerworkError('WRONG_NETWORK', `meant for network "${body.network}"`, facts)
  }
  if (expect.audience !== undefined && body.to !== expect.audience) {
    throw new PeerworkError('WRONG_AUDIENCE', `addressed to ${body.to ?? 'nobody'}, not to us`)
  }
  if (expect.sender !== undefined && body.from !== expect.sender) {
    throw new PeerworkError('SIGNATURE_INVALID', `by ${body.from}, but ${expect.sender} sent it`)
  }
}

type Times = Pick<Expectation<SealedBody>, 'now' | 'lifeMsMax' | 'evenExpired'>

function checkTimes({ issued, expires }: SealedBody, times: Times): void {
  const { now, lifeMsMax = TASK_LIFE_MS_MAX, evenExpired = false } = times
  if (issued > now + CLOCK_AHEAD_MS_MAX) {
    const facts = { aheadMs: issued - now, aheadMsMax: CLOCK_AHEAD_MS_MAX }
    throw new PeerworkError('CLOCK_SKEW', `signed ${issued - now} ms in our future`, facts)
  }
  if (expires === undefined) return
  if (expires <= now && !evenExpired) {
    const facts = { lateMs: now - expires }
    throw new PeerworkError('EXPIRED', `expired ${now - expires} ms ago`, facts)
  }
  const life = expires - issued
  if (life > lifeMsMax) {
    throw new PeerworkError('MALFORMED', `a life of ${life} ms, cap ${lifeMsMax}`)
  }
}

/** Refuse a fresh message that was signed too long ago to be on its way only now. */
export function checkFresh(body: SealedBody, now: number): void {
  const behind = now - body.issued
  if (behind > CLOCK_BEHIND_MS_MAX) {
    const facts = { behindMs: behind, behindMsMax: CLOCK_BEHIND_MS_MAX }
    throw new PeerworkError('CLOCK_SKEW', `signed ${behind} ms ago by the peer's clock`, facts)
  }
}
