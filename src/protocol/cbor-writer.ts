/**
 * Writing canonical DAG-CBOR: shortest numbers, 64-bit floats, keys by length and then bytewise.
 *
 * Written for our own plain values (what JSON holds, and bytes), into one buffer that is used again
 * for every value. A general encoder makes a token of every value first: 5 µs for a task against
 * less than 1. The order of a map's keys is remembered by the keys: most maps are of few forms.
 *
 * Source: RFC 8949 sections 3 and 4.2.3, IPLD DAG-CBOR specification.
 */

import { DEPTH_MAX } from './constants.ts'

/** The kind of a value, in the upper three bits of its first byte. */
const UINT = 0x00
const NEGATIVE = 0x20
const BYTES = 0x40
const TEXT = 0x60
const LIST = 0x80
const MAP = 0xa0
const FALSE = 0xf4
const TRUE = 0xf5
const NULL = 0xf6
const FLOAT_64 = 0xfb

const TWO_32 = 2 ** 32
/** The buffer between two values, bytes: any seal but a large card. */
const ROOM_BYTES = 32 * 1024
/** Text up to this is written by hand, UTF-16 units: a native call costs more than the loop. */
const SHORT_TEXT = 64

/** The items of a list that were written before, one after the other. */
export class WrittenItems {
  readonly count: number
  readonly bytes: Uint8Array

  constructor(count: number, bytes: Uint8Array) {
    this.count = count
    this.bytes = bytes
  }
}

class CborWriter {
  #room = Buffer.allocUnsafeSlow(ROOM_BYTES)
  #at = 0

  write(value: unknown, ahead: number): Buffer {
    if (this.#room.length > ROOM_BYTES) this.#room = Buffer.allocUnsafeSlow(ROOM_BYTES)
    this.#at = ahead
    this.#value(value, 0)
    return this.#room.subarray(ahead, this.#at)
  }

  #value(value: unknown, depth: number): void {
    if (typeof value === 'string') this.#text(value)
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'boolean') this.#byte(value ? TRUE : FALSE)
    else if (value === null) this.#byte(NULL)
    else if (value instanceof Uint8Array) this.#bytes(value)
    else if (depth === DEPTH_MAX) throw new TypeError(`nesting deeper than ${DEPTH_MAX} levels`)
    else if (Array.isArray(value)) this.#list(value, depth + 1)
    else if (value instanceof WrittenItems) this.#written(value)
    else if (isRecord(value)) this.#map(value, depth + 1)
    else throw new TypeError(`a value of type ${typeof value}`)
  }

  #list(values: readonly unknown[], depth: number): void {
    this.#head(LIST, values.length)
    for (const value of values) this.#value(value, depth)
  }

  #written({ count, bytes }: WrittenItems): void {
    this.#head(LIST, count)
    this.#raw(bytes)
  }

  #map(map: Readonly<Record<string, unknown>>, depth: number): void {
    const keys = Object.keys(map)
    let used = 0
    for (const key of keys) if (map[key] !== undefined) keys[used++] = key
    keys.length = used
    this.#head(MAP, used)
    for (const key of sorted(keys)) {
      this.#text(key)
      this.#value(map[key], depth)
    }
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value)) this.#float(value)
    else if (value < 0) this.#head(NEGATIVE, -1 - value)
    else this.#head(UINT, value)
  }

  #float(value: number): void {
    if (!Number.isFinite(value)) throw new TypeError(`the number ${value}`)
    this.#byte(FLOAT_64)
    this.#reserve(8)
    this.#at = this.#room.writeDoubleBE(value, this.#at)
  }

  #bytes(value: Uint8Array): void {
    this.#head(BYTES, value.length)
    this.#raw(value)
  }

  #raw(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#room.set(value, this.#at)
    this.#at += value.length
  }

  #text(value: string): void {
    const { length } = value
    if (length <= SHORT_TEXT) {
      const before = this.#at
      this.#head(TEXT, length)
      if (this.#ascii(value)) return
      this.#at = before
    }
    const bytes = Buffer.byteLength(value)
    this.#head(TEXT, bytes)
    this.#reserve(bytes)
    this.#at += this.#room.write(value, this.#at)
  }

  /** False, with nothing written that counts, for text that is not all ASCII. */
  #ascii(value: string): boolean {
    this.#reserve(value.length)
    const room = this.#room
    let at = this.#at
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index)
      if (unit >= 0x80) return false
      room[at++] = unit
    }
    this.#at = at
    return true
  }

  /** A kind and its number, in as few bytes as hold it. */
  #head(kind: number, value: number): void {
    this.#reserve(9)
    const room = this.#room
    if (value < 24) room[this.#at++] = kind | value
    else if (value < 0x100) {
      room[this.#at++] = kind | 24
      room[this.#at++] = value
    } else if (value < 0x10000) {
      room[this.#at++] = kind | 25
      this.#at = room.writeUInt16BE(value, this.#at)
    } else if (value < TWO_32) {
      room[this.#at++] = kind | 26
      this.#at = room.writeUInt32BE(value, this.#at)
    } else {
      room[this.#at++] = kind | 27
      this.#at = room.writeUInt32BE(Math.floor(value / TWO_32), this.#at)
      this.#at = room.writeUInt32BE(value % TWO_32, this.#at)
    }
  }

  #byte(byte: number): void {
    this.#reserve(1)
    this.#room[this.#at++] = byte
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes
    if (needed <= this.#room.length) return
    const room = Buffer.allocUnsafeSlow(Math.max(needed, this.#room.length * 2))
    this.#room.copy(room, 0, 0, this.#at)
    this.#room = room
  }
}

const writer = new CborWriter()

/**
 * The value's one encoding, as a view that the next call overwrites: copy it or be done with it.
 * The `ahead` bytes before it in its buffer are the caller's to write to.
 *
 * A field of value undefined is left out. What is no plain value (NaN, a function, a class, nesting
 * beyond `DEPTH_MAX`, hence any cycle) throws a TypeError.
 */
export const writeCbor = (value: unknown, ahead = 0): Buffer => writer.write(value, ahead)

/** Longest map that is sorted by insertion, and whose order is remembered, keys. */
const FEW_KEYS = 32
/** Orders remembered for each number of keys, count: our messages have up to three forms of one. */
const FORMS = 4

/** Keys as maps have them, and as their encodings sort. */
interface Form {
  readonly keys: readonly string[]
  readonly order: readonly string[]
}
/** By the number of keys, the newest first. */
const forms = Array.from({ length: FEW_KEYS + 1 }, (): Form[] => [])

/** The keys in the order of their encodings: most often found, not made. */
function sorted(keys: string[]): readonly string[] {
  const known = forms[keys.length]
  if (known === undefined) {
    sort(keys)
    return keys
  }
  for (const { keys: before, order } of known) if (areSame(before, keys)) return order
  const order = [...keys]
  sort(order)
  if (!keys.every((key) => key.length <= SHORT_TEXT)) return order
  if (known.length === FORMS) known.pop()
  known.unshift({ keys, order })
  return order
}

/** Names of fields are the same strings each time, which compare as fast as numbers. */
function areSame(before: readonly string[], keys: readonly string[]): boolean {
  for (let at = 0; at < keys.length; at++) if (before[at] !== keys[at]) return false
  return true
}

/**
 * Sort keys as their encodings sort, in place. Nearly all maps have few keys, all ASCII, where
 * shorter is first and insertion takes a tenth of what `sort` with a function does.
 */
function sort(keys: string[]): void {
  if (keys.length > FEW_KEYS || !keys.every(isAscii)) {
    keys.sort(compareBytes)
    return
  }
  for (let next = 1; next < keys.length; next++) {
    const key = keys[next] ?? ''
    let at = next
    for (; at > 0; at--) {
      const before = keys[at - 1] ?? ''
      if (before.length < key.length || (before.length === key.length && before < key)) break
      keys[at] = before
    }
    keys[at] = key
  }
}

function compareBytes(one: string, other: string): number {
  const [bytes, others] = [Buffer.from(one), Buffer.from(other)]
  return bytes.length - others.length || bytes.compare(others)
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x80) return false
  return true
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
