/**
 * The outer form of CBOR from strangers, checked before anything is built from it.
 *
 * A decoder recurses and allocates as the bytes tell it to. This scan does neither: it reads each
 * byte once, holds at most `DEPTH_MAX` counters, and lets only the canonical form of DAG-CBOR pass
 * (one value, definite lengths, 64-bit floats, sorted keys, valid UTF-8), so that one value has one
 * encoding and one content id. Links (tags) are refused: no message contains any.
 *
 * Source: RFC 8949 sections 3 and 4.2, IPLD DAG-CBOR specification.
 */

import { isUtf8 } from 'node:buffer'
import { DEPTH_MAX, VALUES_MAX } from './constants.ts'
import { PeerworkError } from './errors.ts'

const MAJOR = { bytes: 2, text: 3, list: 4, map: 5, tag: 6, simple: 7 } as const
const FALSE = 0xf4
const TRUE = 0xf5
const NULL = 0xf6
const FLOAT_64 = 0xfb

/** A list or map that is not read to its end. */
interface Open {
  /** Values still due; a map's keys and values both count. */
  left: number
  readonly isMap: boolean
  /** Where the last key of a map lies. */
  keyAt: number
  keyEnd: number
}

interface Head {
  readonly major: number
  readonly value: number
  readonly next: number
}

/** @throws PeerworkError `MALFORMED` for anything but one canonical, bounded value. */
export function checkCborForm(bytes: Uint8Array): void {
  const open: Open[] = []
  let at = 0
  let values = 0
  do {
    if (++values > VALUES_MAX) throw malformed(`more than ${VALUES_MAX} values`)
    const holder = open.at(-1)
    const isKey = holder !== undefined && holder.isMap && holder.left % 2 === 0
    const head = headAt(bytes, at)
    if (isKey && head.major !== MAJOR.text) throw malformed('a key that is no text')
    const end = endOf(bytes, at, head)
    if (isKey) checkOrder(bytes, holder, { at, end })
    if (holder !== undefined) holder.left--
    if (head.major === MAJOR.list || head.major === MAJOR.map) {
      if (open.length === DEPTH_MAX) throw malformed(`nesting deeper than ${DEPTH_MAX} levels`)
      const isMap = head.major === MAJOR.map
      open.push({ left: isMap ? head.value * 2 : head.value, isMap, keyAt: 0, keyEnd: 0 })
    }
    at = end
    while (open.at(-1)?.left === 0) open.pop()
  } while (open.length > 0)
  if (at !== bytes.length) throw malformed('bytes after its end')
}

/** The head of the value at `at`: its kind, its number and where its content begins. */
function headAt(bytes: Uint8Array, at: number): Head {
  const initial = bytes[at]
  if (initial === undefined) throw malformed('an early end')
  const major = initial >> 5
  const info = initial & 0x1f
  if (major === MAJOR.simple) return { major, value: 0, next: at + (initial === FLOAT_64 ? 9 : 1) }
  if (info < 24) return { major, value: info, next: at + 1 }
  if (info > 27) throw malformed('an indefinite length')
  const width = 1 << (info - 24)
  if (at + 1 + width > bytes.length) throw malformed('an early end')
  let value = 0
  for (let index = 1; index <= width; index++) value = value * 256 + (bytes[at + index] ?? 0)
  if (value > Number.MAX_SAFE_INTEGER) throw malformed('a number beyond 2^53')
  return { major, value, next: at + 1 + width }
}

/** Where the value ends, or its content begins when it holds others. */
function endOf(bytes: Uint8Array, at: number, head: Head): number {
  const { major, value, next } = head
  if (major === MAJOR.tag) throw malformed('a tag')
  if (major === MAJOR.simple) {
    const initial = bytes[at]
    const known = initial === FALSE || initial === TRUE || initial === NULL || initial === FLOAT_64
    if (!known) throw malformed('a simple value other than false, true and null')
    if (initial === FLOAT_64) checkFloat(bytes, at + 1)
  }
  const end = major === MAJOR.bytes || major === MAJOR.text ? next + value : next
  if (end > bytes.length) throw malformed('an early end')
  if (major === MAJOR.text) checkText(bytes, next, end)
  return end
}

/** Most text is short and ASCII, and a native call costs more than looking. */
function checkText(bytes: Uint8Array, start: number, end: number): void {
  let at = start
  while (at < end && (bytes[at] ?? 0) < 0x80) at++
  if (at < end && !isUtf8(bytes.subarray(at, end))) throw malformed('broken UTF-8')
}

/** A whole number is written as one; a float that holds it would be its second encoding. */
function checkFloat(bytes: Uint8Array, at: number): void {
  if (at + 8 > bytes.length) throw malformed('an early end')
  const value = new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0)
  if (!Number.isFinite(value)) throw malformed('a number that is none')
  if (Number.isSafeInteger(value)) throw malformed('a whole number as a float')
}

/** Keys grow in length, then bytewise; comparing whole encodings does both. */
function checkOrder(bytes: Uint8Array, map: Open, key: { at: number; end: number }): void {
  let before = map.keyAt
  let at = key.at
  while (before < map.keyEnd && at < key.end && bytes[before] === bytes[at]) {
    before++
    at++
  }
  const grows = before === map.keyEnd ? at < key.end : (bytes[before] ?? 0) < (bytes[at] ?? 0)
  if (map.keyEnd > 0 && !grows) throw malformed('keys out of order, or twice the same')
  map.keyAt = key.at
  map.keyEnd = key.end
}

const malformed = (what: string): PeerworkError =>
  new PeerworkError('MALFORMED', `not canonical DAG-CBOR: ${what}`)
