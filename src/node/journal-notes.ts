/**
 * The journal's notes: what began and ended since rows were last written, one record after the
 * other in a file of their own.
 *
 * Appending a record costs 1 µs where a transaction of its own costs 9 µs warm and 25 µs between
 * other work: each begins at a page, and writes every page it touches whole. So a task is noted
 * here before it runs and as soon as its answer left, and becomes rows together with many others.
 * What a process leaves here when it dies becomes rows at the next start.
 *
 * Record: length of the content (4 bytes) | CRC-32 of the content (4) | content: kind (1) | id (16)
 * | then for a beginning expiry (8, double) | task digest (32) | work; for an ending result, output
 * and patch, each with its length (4) before it. Numbers are big-endian.
 */

import { closeSync, constants, fstatSync, ftruncateSync, openSync } from 'node:fs'
import { readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { DIGEST_BYTES } from '../protocol/canonical.ts'

/** One record, bytes: any answer that fits a session frame. Larger ones are worth a transaction. */
const NOTE_BYTES_MAX = 64 * 1024
const HEADER_BYTES = 8
const ID_BYTES = 16
const LENGTH_BYTES = 4
/** Stands where the length would when there are no bytes at all. */
const NONE = 0xffffffff
const KINDS = { begun: 1, ended: 2, forgotten: 3 } as const
/** Endings kept that are no rows yet, bytes: all that may wait for room (journal-stuck.ts). */
const KEPT_BYTES_MAX = 64 * 1024 * 1024
/** Readable by the owner alone. */
const MODE = 0o600

/** Work that was taken. */
export interface Begun {
  readonly id: Uint8Array
  readonly task: Uint8Array
  readonly work: Uint8Array
  readonly expires: number
}

/** What a task left behind; all null when it was removed to save space. */
export interface Answer {
  readonly result: Uint8Array | null
  readonly output: Uint8Array | null
  readonly patch: Uint8Array | null
}

/** How noted work ended. */
export interface Ended {
  readonly id: Uint8Array
  readonly ending: Answer
}

export type Note =
  | ({ readonly kind: 'begun' } & Begun)
  | { readonly kind: 'ended'; readonly id: Uint8Array; readonly answer: Answer }
  | { readonly kind: 'forgotten'; readonly id: Uint8Array }

/** Every record is built here: nothing waits between building and writing it. */
const scratch = Buffer.allocUnsafeSlow(HEADER_BYTES + NOTE_BYTES_MAX)

export class JournalNotes {
  #file: number | undefined
  #end: number
  /** The head of the file that is not cleared, bytes. */
  #kept = 0

  /** @param home directory of the file. @throws what opening it fails with */
  constructor(home: string) {
    this.#file = openSync(join(home, 'journal.notes'), constants.O_RDWR | constants.O_CREAT, MODE)
    this.#end = fstatSync(this.#file).size
  }

  /** What was noted since it was cleared, bytes. */
  get bytes(): number {
    return this.#end - this.#kept
  }

  /** What is noted, oldest first; a record that was not finished and all after it is none. */
  *read(): Generator<Note, void, void> {
    const bytes = Buffer.alloc(this.#end)
    const length = this.#file === undefined ? 0 : readSync(this.#file, bytes, 0, this.#end, 0)
    let at = 0
    while (at + HEADER_BYTES < length) {
      const start = at + HEADER_BYTES
      const end = start + bytes.readUInt32BE(at)
      const content = bytes.subarray(start, end)
      const whole = end <= length && crc32(content) === bytes.readUInt32BE(at + 4)
      const note = whole ? noteOf(content) : undefined
      if (note === undefined) return
      yield note
      at = end
    }
  }

  /** On disk when this returns. @throws what the disk fails with */
  begun({ id, task, work, expires }: Begun): void {
    let at = begin(KINDS.begun, id, 0)
    at = scratch.writeDoubleBE(expires, at)
    scratch.set(task, at)
    scratch.set(work, at + DIGEST_BYTES)
    this.#append(end(0, at + DIGEST_BYTES + work.length))
  }

  /**
   * All on disk when this returns, with as few writes as they fit in; when it throws, some may be.
   * Only for what `noteFits`.
   */
  ended(endings: readonly Ended[]): void {
    let start = 0
    for (const { id, ending } of endings) {
      if (start + bytesOf(ending) > scratch.length) {
        this.#append(start)
        start = 0
      }
      let at = begin(KINDS.ended, id, start)
      at = put(ending.result, at)
      at = put(ending.output, at)
      start = end(start, put(ending.patch, at))
    }
    if (start > 0) this.#append(start)
  }

  /** As if it had never begun. On disk when this returns. */
  forgotten(id: Uint8Array): void {
    this.#append(end(0, begin(KINDS.forgotten, id, 0)))
  }

  /** Everything here has become rows, except what is kept while `waits`. */
  clear(waits = false): void {
    if (!waits) this.#kept = 0
    if (this.#file === undefined || this.#end === this.#kept) return
    ftruncateSync(this.#file, this.#kept)
    this.#end = this.#kept
  }

  /** Endings that no row has room for, as far as they fit here: for the next start. */
  keep(endings: readonly Ended[]): void {
    try {
      if (this.#end < KEPT_BYTES_MAX) this.ended(endings.filter(({ ending }) => noteFits(ending)))
    } catch {
      // No room here either. They wait in memory, and whoever writes rows has complained.
    }
    this.#kept = this.#end
  }

  close(): void {
    const file = this.#file
    // The number may soon be that of another file.
    this.#file = undefined
    if (file !== undefined) closeSync(file)
  }

  #append(bytes: number): void {
    if (this.#file === undefined) throw new Error('the journal is closed')
    if (writeSync(this.#file, scratch, 0, bytes, this.#end) === bytes) {
      this.#end += bytes
      return
    }
    ftruncateSync(this.#file, this.#end)
    throw new Error('the disk took only a part of it')
  }
}

/** Whether an answer is small enough to be noted. */
export const noteFits = (answer: Answer): boolean =>
  bytesOf(answer) <= HEADER_BYTES + NOTE_BYTES_MAX

/** The record of an ending, bytes. */
function bytesOf({ result, output, patch }: Answer): number {
  const bytes = (result?.length ?? 0) + (output?.length ?? 0) + (patch?.length ?? 0)
  return HEADER_BYTES + 1 + ID_BYTES + 3 * LENGTH_BYTES + bytes
}

/** A part of an answer; returns where the next one goes. */
function put(part: Uint8Array | null, at: number): number {
  scratch.writeUInt32BE(part === null ? NONE : part.length, at)
  if (part === null) return at + LENGTH_BYTES
  scratch.set(part, at + LENGTH_BYTES)
  return at + LENGTH_BYTES + part.length
}

/** The first fields; returns where the next one goes. */
function begin(kind: number, id: Uint8Array, start: number): number {
  const at = start + HEADER_BYTES
  scratch[at] = kind
  scratch.set(id, at + 1)
  return at + 1 + ID_BYTES
}

/** The header of what was written behind it; returns where the next record goes. */
function end(start: number, at: number): number {
  const content = scratch.subarray(start + HEADER_BYTES, at)
  scratch.writeUInt32BE(content.length, start)
  scratch.writeUInt32BE(crc32(content), start + 4)
  return at
}

function noteOf(content: Buffer): Note | undefined {
  const id = content.subarray(1, 1 + ID_BYTES)
  const rest = content.subarray(1 + ID_BYTES)
  if (content[0] === KINDS.forgotten) return { kind: 'forgotten', id }
  if (content[0] === KINDS.ended) return { kind: 'ended', id, answer: answerOf(rest) }
  if (content[0] !== KINDS.begun) return undefined
  const [task, work] = [rest.subarray(8, 8 + DIGEST_BYTES), rest.subarray(8 + DIGEST_BYTES)]
  return { kind: 'begun', id, task, work, expires: rest.readDoubleBE(0) }
}

function answerOf(content: Buffer): Answer {
  let at = 0
  const part = (): Buffer | null => {
    const length = content.readUInt32BE(at)
    at += LENGTH_BYTES
    if (length === NONE) return null
    at += length
    return content.subarray(at - length, at)
  }
  return { result: part(), output: part(), patch: part() }
}
