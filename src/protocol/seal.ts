/**
 * Sealing: a signed body, and the one door through which strangers' bytes come in.
 *
 * Layout: version (1 byte) | kind (1 byte) | Ed25519 signature (64 bytes) | body (DAG-CBOR).
 * The signature is over DSSE's pre-authentication encoding of the payload type and the body exactly
 * as sent, so a seal of one kind can never pass as another, and a chain of seals can be exported as
 * standard DSSE JSON (`dsse.ts`). Ids are digests of the body, never of the signature, because
 * Ed25519 verifiers differ on malleable signatures.
 *
 * Several seals may share one signature: `seal-together.ts`.
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
import { readStanding, sharesSignature, standingBytes, TOGETHER } from './shared-signature.ts'
import type { Standing } from './shared-signature.ts'
import {
  KINDS,
  leafOf,
  preAuthentication,
  prefixed,
  PREFIX_BYTES_MAX,
  roomFor
} from './signable.ts'
import type { Kind, TogetherKind } from './signable.ts'

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
export class SealedOnce<Body> implements Sealed<Body> {
  readonly body: Body
  readonly bytes: Uint8Array
  readonly #start: number
  #digest: Uint8Array | undefined

  /** @param start where the body begins in the bytes */
  constructor(body: Body, bytes: Uint8Array, start: number) {
    this.body = body
    this.bytes = bytes
    this.#start = start
  }

  get digest(): Uint8Array {
    return (this.#digest ??= digest(this.bytes.subarray(this.#start)))
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
  return new SealedOnce(body, bytes, HEADER_BYTES)
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
    const standing = standingIn(bytes, expect)
    const start = HEADER_BYTES + (standing === undefined ? 0 : standingBytes(standing))
    const payload = bytes.subarray(start)
    body = expect.check(decode(payload))
    checkAddress(body, expect)
    checkTimes(body, expect)
    const sealed = new SealedOnce(body, bytes, start)
    if (expect.duplicate?.(body, sealed.digest) === true) {
      throw new PeerworkError('REPLAYED', 'this message was already received', { from: body.from })
    }
    const signature = bytes.subarray(2, HEADER_BYTES)
    if (!isSigned(body.from, { kind: expect.kind, payload, signature, standing })) {
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
export function peek(bytes: Uint8Array): Peeked {
  const [version, byte = 0] = bytes
  const kind = (Object.keys(KINDS) as Kind[]).find((name) => KINDS[name] === (byte & ~TOGETHER))
  const shared = byte >= TOGETHER
  const known = kind !== undefined && (!shared || mayShare(kind))
  if (bytes.length <= HEADER_BYTES || version !== WIRE_VERSION || !known) {
    throw new PeerworkError('MALFORMED', 'not a Peerwork seal')
  }
  const signature = bytes.subarray(2, HEADER_BYTES)
  if (!shared) return { kind, signature, body: bytes.subarray(HEADER_BYTES) }
  const standing = readStanding(bytes.subarray(HEADER_BYTES))
  return { kind, signature, standing, body: bytes.subarray(HEADER_BYTES + standingBytes(standing)) }
}

export interface Peeked {
  readonly kind: Kind
  readonly signature: Uint8Array
  /** Of a seal that shares its signature with others. */
  readonly standing?: Standing
  readonly body: Uint8Array
}

const mayShare = (kind: Kind): kind is TogetherKind => kind === 'task' || kind === 'result'

/** What the signature of a seal is over, and where it stands if it is shared. */
interface Signed {
  readonly kind: Kind
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  readonly standing: Standing | undefined
}

function isSigned(by: AgentId, { kind, payload, signature, standing }: Signed): boolean {
  if (standing === undefined) return verifyBy(by, preAuthentication(kind, payload), signature)
  return sharesSignature(by, leafOf(kind, roomFor(payload)), standing, signature)
}

/** Check the header; where the seal stands if its signature is shared. */
function standingIn(
  bytes: Uint8Array,
  { kind, bytesMax }: { kind: Kind; bytesMax: number }
): Standing | undefined {
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
  if (bytes[1] === KINDS[kind]) return undefined
  if (bytes[1] !== KINDS[kind] + TOGETHER || !mayShare(kind)) {
    throw new PeerworkError('WRONG_KIND', `kind ${bytes[1]} came where a ${kind} was due`)
  }
  return readStanding(bytes.subarray(HEADER_BYTES))
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
