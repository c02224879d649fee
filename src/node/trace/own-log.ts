/**
 * The agent's own log as others read it: what is in the file, what was sealed a moment ago, and
 * what could not be written yet.
 *
 * Readers are cursors: each says how far it is and takes what follows at its own pace, so nobody
 * who is slow makes anybody else wait, and nothing is kept for it in memory.
 */

import type { PeerworkError } from '../../protocol/errors.ts'
import { toPeerworkError } from '../../protocol/errors.ts'
import type { SyncRange } from '../../protocol/trace-sync.ts'
import type { ShelfBatch } from './api.ts'
import { BatchStore } from './batch-store.ts'
import type { KeptBoot, NewBatch } from './batch-store.ts'
import type { OwnBatch } from './own-batch.ts'
import { joined } from './ranges.ts'

/** Batches that stay in memory after they were written, count: some 2,000 events. */
export const RECENT_MAX = 41
/** Batches that wait in memory while the disk does not take them, bytes: some 15,000 events. */
const UNSAVED_BYTES_MAX = 4 * 1024 * 1024
/** How often a disk that failed is tried again at most, ms. */
const RETRY_MS = 1_000

/** A batch with its place. */
export interface Placed extends OwnBatch {
  readonly n: number
}

export interface OwnLogOptions {
  /** Opens the file, or what is in its place without a home. */
  readonly open: () => BatchStore
  readonly elapsed: () => number
  /** The file cannot be written, or can again; told once each time. */
  readonly trouble: (error: PeerworkError | undefined) => void
}

export class OwnLog {
  readonly #options: OwnLogOptions
  #store: BatchStore | undefined
  /** The newest batches, oldest first; those at the end may not be written yet. */
  #recent: Placed[] = []
  #unsaved = 0
  #last = 0
  #digest: Uint8Array | undefined
  /** Events lost with batches that the disk never took, count. */
  #lost = 0
  #troubled: number | undefined
  readonly #listeners = new Set<() => void>()

  constructor(options: OwnLogOptions) {
    this.#options = options
  }

  /** Place of the newest batch; 0 when there is none. */
  get end(): number {
    this.#opened()
    return this.#last
  }

  /** Digest of the newest batch, of whichever start. */
  get digest(): Uint8Array | undefined {
    this.#opened()
    return this.#digest
  }

  get lost(): number {
    return this.#lost
  }

  /** Take in batches that follow each other; on disk when this returns, unless it fails. */
  append(batches: readonly OwnBatch[]): void {
    this.#opened()
    for (const batch of batches) {
      this.#recent.push({ ...batch, n: ++this.#last })
      this.#digest = batch.sealed.digest
      this.#unsaved++
    }
    this.#save()
    for (const tell of this.#listeners) tell()
  }

  /** What is in memory, oldest first. */
  get recent(): readonly Placed[] {
    return this.#recent
  }

  /** What follows a place, oldest first. */
  after(n: number, limit: number): { n: number; bytes: Uint8Array }[] {
    const store = this.#opened()
    const first = this.#recent[0]?.n ?? Infinity
    if (n < first - 1) {
      const rows = store.after(n, limit).filter((row) => row.n < first)
      if (rows.length > 0) return rows.map(({ n: place, bytes }) => ({ n: place, bytes }))
    }
    const found = this.#recent.filter((one) => one.n > n).slice(0, limit)
    return found.map(({ n: place, sealed }) => ({ n: place, bytes: sealed.bytes }))
  }

  /** The place before a batch with this sequence number, or with what follows it. */
  before(boot: Uint8Array, seq: number): number | undefined {
    const newer = this.#recent.find((one) => {
      return one.first + one.count > seq && same(one.boot, boot)
    })
    return this.#opened().before(boot, seq) ?? (newer && newer.n - 1)
  }

  /** Batches of one start that touch a range, oldest first. */
  within(boot: Uint8Array, range: SyncRange, limit: number): ShelfBatch[] {
    const rows = this.#opened().within(boot, range, limit)
    const found = rows.map(({ first, count, bytes }) => ({ bytes, to: first + count }))
    for (const one of this.#waitingToBeSaved()) {
      const to = one.first + one.count
      const touches = one.first < range.to && to > range.from
      if (touches && same(one.boot, boot)) found.push({ bytes: one.sealed.bytes, to })
    }
    return found.slice(0, limit)
  }

  boots(): KeptBoot[] {
    return this.#opened().boots()
  }

  /** One start, as far as it was written. */
  boot(boot: Uint8Array): KeptBoot | undefined {
    return this.#opened().boot(boot)
  }

  held(boot: Uint8Array): SyncRange[] {
    const unsaved = this.#waitingToBeSaved().filter((one) => same(one.boot, boot))
    const newer = unsaved.map(({ first, count }) => ({ from: first, to: first + count }))
    return joined([...this.#opened().held(boot), ...newer])
  }

  /** Told after every append; returns how to stop. */
  listen(appended: () => void): () => void {
    this.#listeners.add(appended)
    return () => void this.#listeners.delete(appended)
  }

  close(): void {
    this.#troubled = undefined
    if (this.#unsaved > 0) this.#save()
    this.#store?.close()
  }

  #waitingToBeSaved(): readonly Placed[] {
    return this.#unsaved === 0 ? [] : this.#recent.slice(-this.#unsaved)
  }

  /** Opened when first needed: most of a start has better things to do. */
  #opened(): BatchStore {
    if (this.#store !== undefined) return this.#store
    try {
      this.#store = this.#options.open()
    } catch (thrown) {
      this.#options.trouble(toPeerworkError(thrown))
      this.#store = new BatchStore(undefined)
    }
    const last = this.#store.last()
    this.#last = last?.n ?? 0
    this.#digest = last?.digest
    return this.#store
  }

  #save(): void {
    const store = this.#opened()
    const { elapsed, trouble } = this.#options
    if (this.#troubled !== undefined && elapsed() < this.#troubled + RETRY_MS) {
      this.#bound()
      return
    }
    try {
      store.append(this.#waitingToBeSaved().map(rowOf))
      this.#unsaved = 0
      if (this.#troubled !== undefined) trouble(undefined)
      this.#troubled = undefined
    } catch (thrown) {
      store.shrink()
      if (this.#troubled === undefined) trouble(toPeerworkError(thrown, 'STORE_FAILED'))
      this.#troubled = elapsed()
    }
    this.#bound()
  }

  /** What was written long enough ago leaves the memory, and some of what never could be. */
  #bound(): void {
    const waiting = this.#waitingToBeSaved()
    const saved = this.#recent.length - waiting.length
    const over = Math.min(saved, this.#recent.length - RECENT_MAX)
    if (over > 0) this.#recent.splice(0, over)
    let bytes = waiting.reduce((sum, { sealed }) => sum + sealed.bytes.length, 0)
    while (bytes > UNSAVED_BYTES_MAX) {
      const gone = waiting.find((one) => one.fleeting && this.#recent.includes(one))
      const [oldest] = this.#waitingToBeSaved()
      const one = gone ?? oldest
      if (one === undefined) return
      this.#recent.splice(this.#recent.indexOf(one), 1)
      this.#unsaved--
      this.#lost += one.count
      bytes -= one.sealed.bytes.length
    }
  }
}

function rowOf({ sealed: { digest, bytes }, ...place }: Placed): NewBatch {
  return { ...place, digest, bytes }
}

const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0
