/**
 * Attributes, out of the rows of spans: gathered in blocks, compressed together, and each large
 * string once, however many spans repeat it.
 *
 * The history of a conversation comes again with every call of a model: as `messages`, a list
 * becomes a list of digests, and a hundred turns cost little more than the longest.
 */

import { hash } from 'node:crypto'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { JsonObject, JsonValue } from '../../protocol/json.ts'
import { mergeAttributes } from '../merge.ts'
import type { Database } from './database.ts'

/** A block is closed at this size, bytes: more compresses little better and costs every reader. */
const BLOCK_BYTES = 64 * 1024
/** Strings from this length on are kept once, UTF-16 units. */
const LARGE_UNITS = 512
/** What a compressed value may grow to again, bytes: one call of `ingest` has at most as much. */
const GROWN_BYTES_MAX = 64 * 1024 * 1024
/** Of a reference: 8 bytes of digest, 6 of the block's number, 4 of the place in it. */
const REFERENCE_BYTES = 18
/** Versions of one span's attributes, count: who tells more of one span only repeats. */
const VERSIONS_MAX = 64
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Strings that begin so mean something else: `s` itself, `d` a digest, `l` a list of them. */
const ESCAPE = '\0'
const DIGEST_BYTES = 16

export class Payloads {
  readonly #db: Database
  #parts: string[] = []
  #bytes = 0
  #next: number

  constructor(db: Database) {
    this.#db = db
    this.#next = this.#lastBlock() + 1
  }

  /**
   * Note one version of a span's attributes.
   * @param before references of the versions that are there
   * @returns references of all versions; `before` itself when it is among them
   */
  add(attributes: JsonObject, before: Uint8Array | undefined): Uint8Array | undefined {
    const plain = JSON.stringify(attributes)
    const digest = digestOf(plain, 8)
    const count = (before?.length ?? 0) / REFERENCE_BYTES
    if (before !== undefined && (count >= VERSIONS_MAX || holds(before, digest))) return before
    const simple = plain.length < LARGE_UNITS && !plain.includes('\\u0000')
    const text = simple ? plain : JSON.stringify(this.#slim(attributes))
    const reference = Buffer.alloc(REFERENCE_BYTES)
    reference.set(digest)
    reference.writeUIntBE(this.#next, 8, 6)
    reference.writeUInt32BE(this.#parts.length, 14)
    this.#parts.push(text)
    this.#bytes += text.length
    if (this.#bytes >= BLOCK_BYTES) this.flush()
    return before === undefined ? reference : Buffer.concat([before, reference])
  }

  /** Write what was gathered. Before each commit. */
  flush(): void {
    if (this.#parts.length === 0) return
    const bytes = zstdCompressSync(this.#parts.join('\n'), LEVEL)
    this.#db.run('INSERT INTO block (id, bytes) VALUES (?, ?)', this.#next, bytes)
    this.#next++
    this.#parts = []
    this.#bytes = 0
  }

  /** After a rollback. */
  forget(): void {
    this.#parts = []
    this.#bytes = 0
    this.#next = this.#lastBlock() + 1
  }

  /** All versions of a span's attributes as one. */
  read(references: Uint8Array): JsonObject {
    const view = Buffer.from(references)
    let all: JsonObject = {}
    for (let at = 0; at < view.length; at += REFERENCE_BYTES) {
      const lines = this.#block(view.readUIntBE(at + 8, 6))
      const text = lines[view.readUInt32BE(at + 14)]
      if (text === undefined) continue
      all = mergeAttributes(all, this.#whole(JSON.parse(text) as JsonValue) as JsonObject)
    }
    return all
  }

  #block(id: number): string[] {
    const row = this.#db.get('SELECT bytes FROM block WHERE id = ?', id)
    return row === undefined ? [] : grown(row[0] as Uint8Array).split('\n')
  }

  #lastBlock(): number {
    return Number(this.#db.get('SELECT ifnull(max(id), 0) FROM block')?.[0])
  }

  /** The value with its large strings replaced by their digests. */
  #slim(value: JsonValue): JsonValue {
    if (typeof value === 'string') {
      if (value.length >= LARGE_UNITS) return this.#keep(value)
      return value.startsWith(ESCAPE) ? `${ESCAPE}s${value}` : value
    }
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => this.#slim(item as JsonValue))
    const entries = Object.entries(value).map(([key, item]) => [key, this.#slim(item)])
    return Object.fromEntries(entries) as JsonObject
  }

  #keep(text: string): string {
    const items = messagesIn(text)
    if (items !== undefined) return `${ESCAPE}l${items.map((item) => this.#keepOne(item)).join('')}`
    return `${ESCAPE}d${this.#keepOne(text)}`
  }

  /** Short items of a list are as cheap to keep as their digest, and simpler. */
  #keepOne(text: string): string {
    const digest = digestOf(text, DIGEST_BYTES)
    const known = this.#db.get('SELECT 1 FROM message WHERE digest = ?', digest)
    if (known === undefined) {
      const bytes = zstdCompressSync(text, LEVEL)
      this.#db.run('INSERT INTO message (digest, bytes) VALUES (?, ?)', digest, bytes)
    }
    return Buffer.from(digest).toString('hex')
  }

  #whole(value: JsonValue): JsonValue {
    if (typeof value === 'string') return value.startsWith(ESCAPE) ? this.#restored(value) : value
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => this.#whole(item as JsonValue))
    const entries = Object.entries(value).map(([key, item]) => [key, this.#whole(item)])
    return Object.fromEntries(entries) as JsonObject
  }

  #restored(text: string): string {
    const rest = text.slice(2)
    if (text[1] === 's') return rest
    if (text[1] === 'd') return this.#message(rest)
    const digests = rest.match(/.{32}/g) ?? []
    return `[${digests.map((digest) => this.#message(digest)).join(',')}]`
  }

  #message(digest: string): string {
    const sql = 'SELECT bytes FROM message WHERE digest = ?'
    const row = this.#db.get(sql, Buffer.from(digest, 'hex'))
    return row === undefined ? '' : grown(row[0] as Uint8Array)
  }
}

/** The items of a string that is a JSON list of objects, when joining them gives the string. */
function messagesIn(text: string): string[] | undefined {
  if (!text.startsWith('[{')) return undefined
  try {
    const items = (JSON.parse(text) as JsonValue[]).map((item) => JSON.stringify(item))
    return `[${items.join(',')}]` === text ? items : undefined
  } catch {
    return undefined
  }
}

const grown = (bytes: Uint8Array): string =>
  zstdDecompressSync(bytes, { maxOutputLength: GROWN_BYTES_MAX }).toString('utf8')

const digestOf = (text: string, bytes: number): Uint8Array =>
  hash('sha256', text, { outputEncoding: 'buffer' }).subarray(0, bytes)

function holds(references: Uint8Array, digest: Uint8Array): boolean {
  for (let at = 0; at < references.length; at += REFERENCE_BYTES) {
    if (digest.every((byte, index) => references[at + index] === byte)) return true
  }
  return false
}
