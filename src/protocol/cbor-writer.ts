/**
 * Writing canonical DAG-CBOR: shortest numbers, 64-bit floats, keys by length and then bytewise.
 *
 * Written for our own plain values (what JSON holds, and bytes), into one buffer that is used again
 * for every value. A general encoder makes a token of every value first: 5 µs for a task against
 * less than 1.
 *
 * Source: RFC 8949 sections 3 and 4.2.3, IPLD DAG-CBOR specification.
 */

import { orderOf, placesOf, TEXT } from './cbor-keys.ts'
import type { Order } from './cbor-keys.ts'
import { DEPTH_MAX } from './constants.ts'

/** The kind of a value, in the upper three bits of its first byte. */
const UINT = 0x00
const NEGATIVE = 0x20
const BYTES = 0x40
const LIST = 0x80
const MAP = 0xa0
const FALSE = 0xf4
const TRUE = 0xf5
const NULL = 0xf6
const FLOAT_64 = 0xfb

const TWO_32 = 2 ** 32
/** The buffer between two values, bytes: any seal but a large card. */
const ROOM_BYTES = 32 * 1024
/** Text up to this is taken for ASCII until its writing shows otherwise, UTF-16 units. */
const SHORT_TEXT = 256
/** What a unit of UTF-16 takes at most, bytes. */
const UTF8_BYTES_MAX = 3

/** The items of a list that were written before, one after the other. */
export class WrittenItems {
  readonly count: number
  readonly bytes: Uint8Array

  constructor(count: number, bytes: Uint8Array) {
    this.count = count
    this.bytes = bytes
  }
}

/** Fields that many maps have in common, written once: see `writeCborWith`. */
export class WrittenFields {
  readonly order: Order
  /** Each key and its value, one after the other. */
  readonly bytes: Buffer
  /** Where each of them ends, bytes. */
  readonly ends: readonly number[]

  constructor(order: Order, bytes: Buffer, ends: readonly number[]) {
    this.order = order
    this.bytes = bytes
    this.ends = ends
  }
}

class CborWriter {
  #room = Buffer.allocUnsafeSlow(ROOM_BYTES)
  #at = 0

  write(value: unknown, ahead: number): Buffer {
    this.#begin(ahead)
    this.#value(value, 0)
    return this.#room.subarray(ahead, this.#at)
  }

  writeWith(own: Readonly<Record<string, unknown>>, shared: WrittenFields): Buffer {
    this.#begin(0)
    const order = orderOf(own)
    const { keys } = order
    const before = placesOf(order, shared.order)
    const all = shared.ends.length
    this.#head(MAP, keys.length + all)
    let done = 0
    for (let nth = 0; nth < keys.length; nth++) {
      const due = before[nth] ?? all
      if (due > done) this.#shared(shared, done, due)
      done = due
      this.#field(own, order, nth, 1)
    }
    if (all > done) this.#shared(shared, done, all)
    return this.#room.subarray(0, this.#at)
  }

  writeFields(map: Readonly<Record<string, unknown>>): WrittenFields {
    this.#begin(0)
    const order = orderOf(map)
    const ends: number[] = []
    for (let nth = 0; nth < order.keys.length; nth++) {
      this.#field(map, order, nth, 1)
      ends.push(this.#at)
    }
    return new WrittenFields(order, Buffer.from(this.#room.subarray(0, this.#at)), ends)
  }

  #begin(ahead: number): void {
    if (this.#room.length > ROOM_BYTES) this.#room = Buffer.allocUnsafeSlow(ROOM_BYTES)
    this.#at = ahead
  }

  /** Some of the fields that were written before. */
  #shared({ bytes, ends }: WrittenFields, from: number, to: number): void {
    const start = ends[from - 1] ?? 0
    const end = ends[to - 1] ?? 0
    this.#reserve(end - start)
    this.#at += bytes.copy(this.#room, this.#at, start, end)
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
    const order = orderOf(map)
    const { length } = order.keys
    this.#head(MAP, length)
    for (let nth = 0; nth < length; nth++) this.#field(map, order, nth, depth)
  }

  #field(
    map: Readonly<Record<string, unknown>>,
    { keys, written }: Order,
    nth: number,
    depth: number
  ): void {
    const key = keys[nth] ?? ''
    const bytes = written?.[nth]
    if (bytes === undefined) this.#text(key)
    else {
      // A few bytes: a native call costs more than the loop.
      const { length } = bytes
      this.#reserve(length)
      const room = this.#room
      const start = this.#at
      for (let at = 0; at < length; at++) room[start + at] = bytes[at] ?? 0
      this.#at = start + length
    }
    this.#value(map[key], depth)
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
      this.#reserve(UTF8_BYTES_MAX * length)
      // As many bytes as units: all ASCII, and the head was right.
      if (this.#room.write(value, this.#at) === length) {
        this.#at += length
        return
      }
      this.#at = before
    }
    const bytes = Buffer.byteLength(value)
    this.#head(TEXT, bytes)
    this.#reserve(bytes)
    this.#at += this.#room.write(value, this.#at)
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

/** Fields for `writeCborWith`; what it throws is what `writeCbor` does. */
export const writeFields = (map: object): WrittenFields =>
  writer.writeFields(map as Readonly<Record<string, unknown>>)

/**
 * As `writeCbor` does it, the map of its own fields and of those that were written before.
 *
 * @throws TypeError also for a field that both of them have
 */
export const writeCborWith = (
  own: Readonly<Record<string, unknown>>,
  shared: WrittenFields
): Buffer => writer.writeWith(own, shared)

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
