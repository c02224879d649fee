/**
 * Reading CBOR from strangers: only the one canonical encoding of a value, and never more than its
 * bytes pay for.
 *
 * A general decoder recurses and allocates as the bytes tell it to, and takes other forms of the
 * same value. This one is bounded in depth (`DEPTH_MAX`) and in values (`VALUES_MAX`), allocates
 * only for bytes that are there, and takes only what DAG-CBOR writes (one value, definite and
 * shortest lengths, 64-bit floats, sorted keys, valid UTF-8), so that one value has one encoding
 * and one content id. Links (tags) are refused: no message contains any.
 *
 * Source: RFC 8949 sections 3 and 4.2.3, IPLD DAG-CBOR specification.
 */

import { isUtf8 } from 'node:buffer'
import { bytesFor } from './bytes.ts'
import { DEPTH_MAX, VALUES_MAX } from './constants.ts'
import { PeerworkError } from './errors.ts'

/** The kind of a value, from the upper three bits of its first byte. */
const UINT = 0
const NEGATIVE = 1
const BYTES = 2
const TEXT = 3
const LIST = 4
const TAG = 6
const FALSE = 0xf4
const TRUE = 0xf5
const NULL = 0xf6
const FLOAT_64 = 0xfb

const TWO_32 = 2 ** 32
/** The largest number that one less byte holds, by the width in bytes; a longer form is refused. */
const SHORTER_MAX = [0, 23, 0xff, 0, 0xffff, 0, 0, 0, TWO_32 - 1] as const
/** Short words come again and again (field names, skills): kept, rather than made each time. */
const WORD_BYTES_MAX = 24
/** Places for them, count; a power of two. */
const WORDS = 512

class CborReader {
  readonly #bytes: Buffer
  #at = 0
  #values = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  whole(): unknown {
    const value = this.#value(0)
    if (this.#at !== this.#bytes.length) throw malformed('bytes after its end')
    return value
  }

  #value(depth: number): unknown {
    const initial = this.#initial()
    const kind = initial >> 5
    if (kind === TEXT) return this.#text(this.#number(initial))
    if (kind === UINT) return this.#number(initial)
    if (kind === BYTES) return this.#copy(this.#number(initial))
    if (kind === NEGATIVE) return this.#negative(initial)
    if (kind === TAG) throw malformed('a tag')
    if (kind > TAG) return this.#simple(initial)
    const length = this.#number(initial)
    if (depth === DEPTH_MAX) throw malformed(`nesting deeper than ${DEPTH_MAX} levels`)
    return kind === LIST ? this.#list(length, depth + 1) : this.#map(length, depth + 1)
  }

  /** The first byte of the next value. */
  #initial(): number {
    if (++this.#values > VALUES_MAX) throw malformed(`more than ${VALUES_MAX} values`)
    const initial = this.#bytes[this.#at++]
    if (initial === undefined) throw malformed('an early end')
    return initial
  }

  /** The number in a head: a value, or how much follows. */
  #number(initial: number): number {
    const info = initial & 0x1f
    if (info < 24) return info
    if (info > 27) throw malformed('an indefinite length')
    const width = 1 << (info - 24)
    const end = this.#at + width
    if (end > this.#bytes.length) throw malformed('an early end')
    let value = 0
    while (this.#at < end) value = value * 256 + (this.#bytes[this.#at++] ?? 0)
    if (value > Number.MAX_SAFE_INTEGER) throw malformed('a number beyond 2^53')
    if (value <= (SHORTER_MAX[width] ?? 0)) throw malformed('a number in more bytes than it needs')
    return value
  }

  #negative(initial: number): number {
    const value = -1 - this.#number(initial)
    if (!Number.isSafeInteger(value)) throw malformed('a number beyond 2^53')
    return value
  }

  /** Past the next `length` bytes; where they begin. */
  #skip(length: number): number {
    const start = this.#at
    if (length > this.#bytes.length - start) throw malformed('an early end')
    this.#at = start + length
    return start
  }

  /** A copy: a view would keep the transport's whole buffer alive. */
  #copy(length: number): Uint8Array {
    const start = this.#skip(length)
    const copy = bytesFor(length)
    // A loop up to the length of a digest: a native call costs more.
    if (length > 32) copy.set(this.#bytes.subarray(start, this.#at))
    else for (let at = 0; at < length; at++) copy[at] = this.#bytes[start + at] ?? 0
    return copy
  }

  #text(length: number): string {
    const start = this.#skip(length)
    if (length <= WORD_BYTES_MAX) return this.#word(start)
    // Most text is ASCII, and a native call costs more than looking.
    const bytes = this.#bytes
    let at = start
    while (at < this.#at && (bytes[at] ?? 0) < 0x80) at++
    return at === this.#at ? bytes.toString('latin1', start, at) : this.#utf8(start)
  }

  #utf8(start: number): string {
    if (!isUtf8(this.#bytes.subarray(start, this.#at))) throw malformed('broken UTF-8')
    return this.#bytes.toString('utf8', start, this.#at)
  }

  /** Short text; ASCII comes from the words that were read before when it is there. */
  #word(start: number): string {
    const bytes = this.#bytes
    let sum = 0
    let all = 0
    for (let at = start; at < this.#at; at++) {
      const byte = bytes[at] ?? 0
      sum = Math.imul(sum, 31) + byte
      all |= byte
    }
    if (all >= 0x80) return this.#utf8(start)
    const place = sum & (WORDS - 1)
    const known = words[place] ?? ''
    if (this.#spells(known, start)) return known
    return (words[place] = bytes.toString('latin1', start, this.#at))
  }

  #spells(word: string, start: number): boolean {
    if (word.length !== this.#at - start) return false
    for (let index = 0; index < word.length; index++) {
      if (word.charCodeAt(index) !== this.#bytes[start + index]) return false
    }
    return true
  }

  #list(length: number, depth: number): unknown[] {
    const list: unknown[] = []
    for (let index = 0; index < length; index++) list.push(this.#value(depth))
    return list
  }

  #map(length: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    let before = -1
    let beforeEnd = -1
    for (let index = 0; index < length; index++) {
      const start = this.#at
      const initial = this.#initial()
      if (initial >> 5 !== TEXT) throw malformed('a key that is no text')
      const key = this.#text(this.#number(initial))
      if (index > 0 && !this.#grows(before, beforeEnd, start)) {
        throw malformed('keys out of order, or twice the same')
      }
      before = start
      beforeEnd = this.#at
      const value = this.#value(depth)
      if (key === '__proto__') define(map, key, value)
      else map[key] = value
    }
    return map
  }

  /** Keys grow in length, then bytewise; comparing whole encodings does both. */
  #grows(before: number, beforeEnd: number, start: number): boolean {
    const bytes = this.#bytes
    for (let one = before, at = start; one < beforeEnd && at < this.#at; one++, at++) {
      const difference = (bytes[at] ?? 0) - (bytes[one] ?? 0)
      if (difference !== 0) return difference > 0
    }
    return false
  }

  #simple(initial: number): boolean | number | null {
    if (initial === FALSE) return false
    if (initial === TRUE) return true
    if (initial === NULL) return null
    if (initial === FLOAT_64) return this.#float()
    throw malformed('a simple value other than false, true and null')
  }

  /** A whole number is written as one; a float that holds it would be its second encoding. */
  #float(): number {
    const value = this.#bytes.readDoubleBE(this.#skip(8))
    if (!Number.isFinite(value)) throw malformed('a number that is none')
    if (Number.isSafeInteger(value)) throw malformed('a whole number as a float')
    return value
  }
}

/** By a sum over their bytes; a newer word takes the place of an older one. */
const words = Array.from({ length: WORDS }, () => '')

/** @throws PeerworkError `MALFORMED` for anything but one canonical, bounded value. */
export const readCbor = (bytes: Uint8Array): unknown => new CborReader(bytes).whole()

/** A plain assignment would set the prototype. */
function define(map: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, configurable: true, enumerable: true, writable: true })
}

const malformed = (what: string): PeerworkError =>
  new PeerworkError('MALFORMED', `not canonical DAG-CBOR: ${what}`)
