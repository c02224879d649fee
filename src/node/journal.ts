/**
 * The journal: which tasks were taken, and how they ended. It makes a task run at most once,
 * also across a restart, and it is the lock of the home.
 *
 * A beginning is on disk before the work runs, an ending at the end of the turn that sent it; what
 * comes in one turn shares one transaction. What has no ending and is of an earlier start was
 * running when that process died; nobody knows how far it came, so it is never run again.
 */

import { digest, toHex } from '../protocol/canonical.ts'
import { PeerworkError } from '../protocol/errors.ts'
import { JournalStore } from './journal-store.ts'
import type { Answer, Row } from './journal-store.ts'

/** How often expired rows are looked for and failed writes tried again, ms. */
const SWEEP_MS = 2_000
/** Endings kept in memory while the disk refuses them, count. */
const STUCK_MAX = 1_024
/** The same, bytes: four of the largest answers. */
const STUCK_BYTES_MAX = 64 * 1024 * 1024
/** Tries before an answer that does not fit on the disk is given up, count: ten seconds of them. */
const TRIES_MAX = 5

/** What identifies work: who asked, under which key, for what. */
export interface Entry {
  readonly from: string
  readonly key: string
  /** Digest of the sealed task's body. */
  readonly task: Uint8Array
  /** Digest of the skill name and input: the same key must mean the same work. */
  readonly work: Uint8Array
  readonly expires: number
}

export interface Ending {
  /** The sealed result. */
  readonly result: Uint8Array
  /** The output; null when there is none. */
  readonly output: Uint8Array | null
  /** Changes to the shared state; null when there are none. */
  readonly patch: Uint8Array | null
}

/** What the journal knows of an entry. */
export type Known =
  | { readonly state: 'new' }
  | { readonly state: 'running' }
  /** Ran when the process died. */
  | { readonly state: 'interrupted' }
  /** Same key, other work. */
  | { readonly state: 'conflict' }
  /** Finished, but its answer was removed to save space. */
  | { readonly state: 'forgotten' }
  | ({ readonly state: 'finished'; readonly task: Uint8Array } & Ending)

interface Beginning {
  readonly entry: Entry
  readonly id: Uint8Array
  readonly done?: PromiseWithResolvers<void>
}

interface Ended {
  readonly entry: Entry
  readonly ending: Answer
}

/** An ending that the disk refused. */
interface Stuck extends Ended {
  readonly tries: number
}

type Beginnings = ReadonlyMap<string, Beginning>

export class Journal {
  readonly #store: JournalStore
  readonly #now: () => number
  readonly #complain: (error: PeerworkError) => void
  readonly #sweeper: NodeJS.Timeout
  /** Rows of this start that have no ending yet, by id. */
  readonly #open = new Map<string, number | bigint>()
  #beginnings = new Map<string, Beginning>()
  #endings = new Map<string, Ended>()
  /** Apart from the others, so that they hold nobody up. */
  readonly #stuck = new Map<string, Stuck>()
  #soon: NodeJS.Immediate | undefined
  /** Something was committed in this turn already: what comes now waits for company. */
  #busy = false
  #sweepFailed = false

  /**
   * @param home directory of the journal file; without it the journal lives in memory
   * @param complain told once of each ending that cannot be written, and once more when it is given
   *   up: then the work still never runs again, but its answer is gone
   * @throws PeerworkError `HOME_IN_USE` when another process has this home, `STORE_FAILED`
   */
  constructor(
    home: string | undefined,
    now: () => number,
    complain: (error: PeerworkError) => void = () => undefined
  ) {
    this.#now = now
    this.#complain = complain
    this.#store = new JournalStore(home, now())
    this.#sweeper = setInterval(() => this.#tidy(), SWEEP_MS).unref()
  }

  /** What is known of this work. */
  look(entry: Entry): Known {
    const { boot } = this.#store
    const id = idOf(entry)
    const key = toHex(id)
    const ended = this.#endings.get(key) ?? this.#stuck.get(key)
    if (ended !== undefined) {
      const { task, work } = ended.entry
      return judge(entry, { task, work, boot, answered: 1, ...ended.ending }, boot)
    }
    const begun = this.#beginnings.get(key)
    if (begun !== undefined) {
      const { task, work } = begun.entry
      return judge(entry, { task, work, boot, answered: null, ...FORGOTTEN }, boot)
    }
    const row = this.#store.find(id)
    return row === undefined ? { state: 'new' } : judge(entry, row, boot)
  }

  /** Bytes that `look` would read of the output and patch of this work, without reading them. */
  weigh(entry: Entry): number {
    const id = idOf(entry)
    const { ending } = this.#endings.get(toHex(id)) ?? this.#stuck.get(toHex(id)) ?? {}
    if (ending === undefined) return this.#store.weigh(id)
    return (ending.output?.length ?? 0) + (ending.patch?.length ?? 0)
  }

  /**
   * Note that work begins. The first of a turn is on disk when this returns; those after it share
   * one transaction, and the promise resolves when it is on disk.
   *
   * @throws PeerworkError `STORE_FAILED`, at once or through the promise
   */
  begin(entry: Entry): Promise<void> | undefined {
    const id = idOf(entry)
    if (this.#busy) {
      const done = Promise.withResolvers<void>()
      this.#beginnings.set(toHex(id), { entry, id, done })
      return done.promise
    }
    this.#busy = true
    setImmediate(() => {
      this.#busy = false
      this.#commit()
    })
    this.#beginnings.set(toHex(id), { entry, id })
    const failure = this.#commit()
    if (failure !== undefined) throw failure
    return undefined
  }

  /** Note how work ended. On disk at the end of this turn of the event loop. */
  finish(entry: Entry, ending: Ending): void {
    this.#endings.set(toHex(idOf(entry)), { entry, ending })
    this.#soon ??= setImmediate(() => this.flush())
  }

  /** Work that was refused after all: as if it had never come. */
  forget(entry: Entry): void {
    const id = idOf(entry)
    this.#beginnings.delete(toHex(id))
    this.#open.delete(toHex(id))
    try {
      this.#store.remove(id)
    } catch (error) {
      this.#complain(failed(error))
    }
  }

  /** Write what waits. Endings that cannot be written stay readable here and are tried again. */
  flush(): void {
    this.#commit()
  }

  close(): void {
    clearInterval(this.#sweeper)
    this.flush()
    // The next start would take what has no ending for interrupted.
    for (const [key, stuck] of [...this.#stuck]) this.#try(key, { ...stuck, tries: TRIES_MAX })
    this.#store.close()
  }

  /** Everything that waits, in one transaction. Returns why the beginnings failed, if they did. */
  #commit(): PeerworkError | undefined {
    clearImmediate(this.#soon)
    this.#soon = undefined
    if (!this.#store.isOpen || this.#beginnings.size + this.#endings.size === 0) return undefined
    const [beginnings, endings] = [this.#beginnings, this.#endings]
    this.#beginnings = new Map()
    this.#endings = new Map()
    if (this.#write(beginnings, endings) === undefined) return undefined
    // One large answer must not fail what else there is: all by themselves, the beginnings first.
    const failure = this.#write(beginnings, new Map())
    if (failure !== undefined) this.#fail(beginnings, failure)
    for (const [key, ended] of endings) this.#try(key, { ...ended, tries: 0 })
    this.#limitStuck()
    return failure
  }

  #write(beginnings: Beginnings, endings: ReadonlyMap<string, Ended>): PeerworkError | undefined {
    const seqs = new Map<string, number | bigint>()
    try {
      this.#store.together(() => {
        for (const [key, { entry, id }] of beginnings) {
          const { task, work, expires } = entry
          seqs.set(key, this.#store.begin({ id, task, work, expires }))
        }
        for (const [key, { ending }] of endings) {
          const seq = seqs.get(key) ?? this.#open.get(key)
          if (seq !== undefined) this.#store.end(seq, ending)
        }
      })
    } catch (error) {
      return failed(error)
    }
    for (const [key, seq] of seqs) this.#open.set(key, seq)
    for (const key of endings.keys()) this.#open.delete(key)
    for (const { done } of beginnings.values()) done?.resolve()
    return undefined
  }

  #fail(beginnings: Beginnings, failure: PeerworkError): void {
    for (const { done } of beginnings.values()) done?.reject(failure)
  }

  /** Write one ending; after some tries only that there was one. */
  #try(key: string, stuck: Stuck): void {
    this.#stuck.delete(key)
    const failure = this.#write(new Map(), new Map([[key, stuck]]))
    if (failure === undefined) return
    const tries = stuck.tries + 1
    if (tries === 1) this.#complain(failure)
    this.#store.shrink()
    if (tries >= TRIES_MAX && this.#giveUp(key, stuck)) return
    this.#stuck.set(key, { ...stuck, tries })
  }

  /** False when the disk has no room for this either: then there is hope that it will have more. */
  #giveUp(key: string, { entry }: Ended): boolean {
    const forgotten = new Map([[key, { entry, ending: FORGOTTEN }]])
    if (this.#write(new Map(), forgotten) !== undefined) return false
    this.#complain(new PeerworkError('STORE_FAILED', 'an answer found no room and is forgotten'))
    return true
  }

  /** The oldest endings that wait give up their answers, or their place in memory. */
  #limitStuck(): void {
    let bytes = 0
    for (const [key, stuck] of [...this.#stuck].toReversed()) {
      bytes += bytesOf(stuck.ending)
      if (bytes > STUCK_BYTES_MAX) this.#stuck.set(key, { ...stuck, ending: FORGOTTEN })
    }
    for (const key of this.#stuck.keys()) {
      if (this.#stuck.size > STUCK_MAX) this.#stuck.delete(key)
    }
  }

  #tidy(): void {
    this.flush()
    for (const [key, stuck] of [...this.#stuck]) {
      if (stuck.entry.expires >= this.#now()) this.#try(key, stuck)
      else if (this.#stuck.delete(key)) this.#open.delete(key)
    }
    try {
      this.#store.sweep(this.#now())
      this.#sweepFailed = false
    } catch (error) {
      if (!this.#sweepFailed) this.#complain(failed(error))
      this.#sweepFailed = true
    }
  }
}

const FORGOTTEN: Answer = { result: null, output: null, patch: null }

const bytesOf = ({ result, output, patch }: Answer): number =>
  (result?.length ?? 0) + (output?.length ?? 0) + (patch?.length ?? 0)

/** Peer and key as 128 bits: short to index, and nothing of it can be chosen to collide. */
function idOf({ from, key }: Entry): Uint8Array {
  return digest(Buffer.from(`${from} ${key}`)).subarray(0, 16)
}

function judge(entry: Entry, row: Row, boot: number): Known {
  if (Buffer.compare(row.work, entry.work) !== 0) return { state: 'conflict' }
  if (row.answered === null) return { state: row.boot === boot ? 'running' : 'interrupted' }
  const { task, result, output, patch } = row
  if (result === null) return { state: 'forgotten' }
  return { state: 'finished', task, result, output, patch }
}

function failed(error: unknown): PeerworkError {
  return new PeerworkError('STORE_FAILED', `the journal failed: ${(error as Error).message}`)
}
