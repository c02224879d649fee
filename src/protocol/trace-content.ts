/**
 * Content in traces, by opt-in: inputs, outputs and changes of state, encrypted with a key of their
 * trace. The events can be gossiped, kept and handed on by anybody; without the key they say
 * nothing, and once the key is dropped they never will.
 */

import { createCipheriv, createDecipheriv } from 'node:crypto'
import { PeerworkError } from './errors.ts'
import * as shape from './shape.ts'

/** AES-256 (NIST SP 800-38D): one key for all contents of one trace and producer. */
export const CONTENT_KEY_BYTES = 32
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Content in one event, bytes: with tag and base64 below 16 KiB, a quarter of a batch. */
const PART_BYTES_MAX = 12 * 1024 - TAG_BYTES - 12
/** Events of one content, count. */
const PARTS_MAX = 8
/** One input, output or patch, bytes; larger ones are not told. */
export const CONTENT_BYTES_MAX = PARTS_MAX * PART_BYTES_MAX
const DATA_LENGTH_MAX = 16 * 1024

const BASE64URL = /^[A-Za-z0-9_-]*$/
const base64 = (fits: (length: number) => boolean) =>
  shape.exactText((value) => fits(value.length) && BASE64URL.test(value))

export const CONTENT_FIELDS = {
  of: shape.oneOf(['input', 'output', 'state']),
  /** From 0. */
  part: shape.whole(0, PARTS_MAX - 1),
  parts: shape.whole(1, PARTS_MAX),
  /** Random, 12 bytes; base64url. */
  nonce: base64((length) => length === 16),
  /** Ciphertext and tag, base64url. */
  data: base64((length) => length <= DATA_LENGTH_MAX)
} as const

/** What the content is bound to: none can be shown as that of another task, span or place. */
export interface ContentPlace {
  readonly trace: string
  readonly span: string
  readonly task: string
  readonly of: 'input' | 'output' | 'state'
}

export interface ContentPart {
  readonly part: number
  readonly parts: number
  readonly nonce: string
  readonly data: string
}

/**
 * @param content UTF-8, at most `CONTENT_BYTES_MAX`
 * @param random nonces: as long as they are random, one key serves 2^32 parts
 * @throws PeerworkError `TOO_LARGE`
 */
export function sealContent(
  key: Uint8Array,
  place: ContentPlace,
  content: Uint8Array,
  random: (bytes: number) => Uint8Array
): ContentPart[] {
  if (content.length > CONTENT_BYTES_MAX) {
    throw new PeerworkError('TOO_LARGE', `a content of ${content.length} bytes`)
  }
  const parts = Math.max(1, Math.ceil(content.length / PART_BYTES_MAX))
  return Array.from({ length: parts }, (_, part) => {
    const nonce = random(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(boundTo(place, part, parts))
    const plain = content.subarray(part * PART_BYTES_MAX, (part + 1) * PART_BYTES_MAX)
    const data = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    return { part, parts, nonce: textOf(nonce), data: data.toString('base64url') }
  })
}

/** @throws PeerworkError `MALFORMED` when parts are missing, changed, or of another place or key */
export function openContent(
  key: Uint8Array,
  place: ContentPlace,
  given: readonly ContentPart[]
): Uint8Array {
  const sorted = given.toSorted((one, other) => one.part - other.part)
  const parts = sorted[0]?.parts ?? 0
  const whole = parts === sorted.length && sorted.every(({ part }, at) => part === at)
  if (!whole || parts === 0) throw new PeerworkError('MALFORMED', 'parts of a content are missing')
  try {
    return Buffer.concat(sorted.map((part) => openPart(key, place, part)))
  } catch {
    throw new PeerworkError('MALFORMED', 'a content does not fit its key and its place')
  }
}

function openPart(key: Uint8Array, place: ContentPlace, given: ContentPart): Buffer {
  const { part, parts, nonce, data } = given
  const bytes = Buffer.from(data, 'base64url')
  const end = bytes.length - TAG_BYTES
  const iv = Buffer.from(nonce, 'base64url')
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
  decipher.setAAD(boundTo(place, part, parts))
  decipher.setAuthTag(bytes.subarray(end))
  return Buffer.concat([decipher.update(bytes.subarray(0, end)), decipher.final()])
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

const boundTo = ({ trace, span, task, of }: ContentPlace, part: number, parts: number): Buffer =>
  Buffer.from(JSON.stringify(['peerwork content 1', trace, span, task, of, part, parts]))
