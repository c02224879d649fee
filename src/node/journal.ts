/**
 * The journal: which tasks were taken, and how they ended. It makes a task run at most once,
 * also across a restart, and it is the lock of the home.
 *
 * A beginning is noted on disk before the work runs, an ending at the end of the turn that sent it;
 * notes become rows together, some time later. What has no ending and is of an earlier start was
 * running when that process died; nobody knows how far it came, so it is never run again.
 */

import type { PeerworkError } from '../protocol/errors.ts'
import { idOf, judge, nameOf, NEW } from './journal-entry.ts'
import type { Ending, Entry, Known } from './journal-entry.ts'
import { JournalNotes, noteFits } from './journal-notes.ts'
import type { Ended as Noted } from './journal-notes.ts'
import { failed, JournalStore } from './journal-store.ts'
import { FORGOTTEN, StuckEndings } from './journal-stuck.ts'
import type { Ended } from './journal-stuck.ts'

/**
 * Notes that become rows together, count: 256 tasks, about 3 ms of work. Rows are found by a
 * digest, so those of few tasks lie on nearly as many pages, and each page is written whole.
 */
const NOTES_MAX = 512
/** The same in bytes: of tasks with much to say fewer wait, and none waits longer for them. */
const NOTES_BYTES_MAX = 512 * 1024
/** How long notes wait for more, ms. */
const NOTES_MS_MAX = 100
/** How often expired rows are looked for and failed writes tried again, ms. */
const SWEEP_MS = 2_000

interface Beginning {
  readonly entry: Entry
  readonly id: Uint8Array
}

type Beginnings = ReadonlyMap<string, Beginning>
type Endings = ReadonlyMap<string, Ended<Entry>>

export class Journal {
  readonly #store: JournalStore
  /** Only with a home: what lives in memory needs no notes. */
  readonly #notes: JournalNotes | undefined
  readonly #now: () => number
  readonly #complain: (error: PeerworkError) => void
  readonly #sweeper: NodeJS.Timeout
  /** Rows of this start that have no ending yet, by name. */
  readonly #open = new Map<string, number>()
  /** What is not in the rows yet, by name. */
  #beginnings = new Map<string, Beginning>()
  #endings = new Map<string, Ended<Entry>>()
  /** Apart from the others, so that they hold nobody up. */
  readonly #stuck: StuckEndings<Entry>
  /** Of this turn, not noted yet. */
  #ended: Noted[] = []
  #last: Beginning | undefined
  /** Records since notes became rows. */
  #noted = 0
  #soon: NodeJS.Immediate | undefined
  #later: NodeJS.Timeout | undefined
  /** Why rows cannot be written now. */
  #failure: PeerworkError | undefined
  #sweepFailed = false

  /**
   * @param home directory of the journal's files; without it the journal lives in memory
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
    this.#stuck = new StuckEndings({
      complain,
      write: (name, ended) => this.#write(NONE_BEGUN, new Map([[name, ended]])),
      shrink: () => this.#store.shrink()
    })
    this.#notes = home === undefined ? undefined : this.#openNotes(home)
    this.#sweeper = setInterval(() => this.#tidy(), SWEEP_MS).unref()
  }

  /** What is known of this work. */
  look(entry: Entry): Known {
    const { boot } = this.#store
    const name = nameOf(entry)
    const ended = this.#endings.get(name) ?? this.#stuck.get(name)
    if (ended !== undefined) {
      const { task, work } = ended.entry
      return judge(entry, { task, work, boot, answered: 1, ...ended.ending }, boot)
    }
    const begun = this.#beginnings.get(name)
    if (begun !== undefined) {
      const { task, work } = begun.entry
      return judge(entry, { task, work, boot, answered: null, ...FORGOTTEN }, boot)
    }
    const row = this.#store.find(this.#idOf(entry))
    return row === undefined ? NEW : judge(entry, row, boot)
  }

  /** Bytes that `look` would read of the output and patch of this work, without reading them. */
  weigh(entry: Entry): number {
    const name = nameOf(entry)
    const { ending } = this.#endings.get(name) ?? this.#stuck.get(name) ?? {}
    if (ending === undefined) return this.#store.weigh(idOf(entry))
    return (ending.output?.length ?? 0) + (ending.patch?.length ?? 0)
  }

  /**
   * Note that work begins: on disk when this returns.
   *
   * @throws PeerworkError `STORE_FAILED`
   */
  begin(entry: Entry): void {
    // Notes alone would grow without end.
    const failure = this.#failure === undefined ? undefined : this.#fold()
    if (failure !== undefined) throw failure
    const id = this.#idOf(entry)
    try {
      const { task, work, expires } = entry
      this.#notes?.begun({ id, task, work, expires })
    } catch (error) {
      throw failed(error)
    }
    this.#beginnings.set(nameOf(entry), { entry, id })
    this.#wait()
  }

  /** Note how work ended: on disk at the end of this turn, behind the answer that leaves in it. */
  finish(entry: Entry, ending: Ending): void {
    const name = nameOf(entry)
    this.#endings.set(name, { entry, ending })
    this.#ended.push({ id: this.#beginnings.get(name)?.id ?? idOf(entry), ending })
    this.#soon ??= setImmediate(() => this.#endTurn())
  }

  /** Work that was refused after all: as if it had never come. */
  forget(entry: Entry): void {
    const id = idOf(entry)
    const name = nameOf(entry)
    this.#open.delete(name)
    try {
      if (!this.#beginnings.delete(name)) this.#store.remove(id)
      this.#notes?.forgotten(id)
      this.#wait()
    } catch (error) {
      this.#complain(failed(error))
    }
  }

  /** Write what waits. Endings that cannot be written stay readable here and are tried again. */
  flush(): void {
    this.#fold()
  }

  close(): void {
    clearInterval(this.#sweeper)
    this.flush()
    // The next start would take what has no ending for interrupted.
    this.#stuck.last()
    this.#notes?.close()
    this.#store.close()
  }

  /** Work that is looked for begins next: the digest is made once. */
  #idOf(entry: Entry): Uint8Array {
    const last = this.#last?.entry === entry ? this.#last : { entry, id: idOf(entry) }
    this.#last = last
    return last.id
  }

  #openNotes(home: string): JournalNotes {
    let notes: JournalNotes | undefined
    try {
      notes = new JournalNotes(home)
      this.#store.restore(notes.read())
      notes.clear()
      return notes
    } catch (error) {
      notes?.close()
      this.#store.close()
      throw failed(error)
    }
  }

  /** A note waits for company to become a row with, but not for long. */
  #wait(notes = 1): void {
    this.#later ??= setTimeout(() => this.flush(), NOTES_MS_MAX).unref()
    this.#noted += notes
    if (this.#isMuch()) this.#soon ??= setImmediate(() => this.#endTurn())
  }

  #isMuch(): boolean {
    return this.#noted >= NOTES_MAX || (this.#notes?.bytes ?? 0) >= NOTES_BYTES_MAX
  }

  /** Note the endings of this turn; what cannot be noted, or is enough, becomes rows. */
  #endTurn(): void {
    this.#soon = undefined
    const all = this.#noteEndings()
    this.#wait(0)
    if (!all || this.#isMuch()) this.flush()
  }

  /** False when some have to become rows, which complains if that cannot be. */
  #noteEndings(): boolean {
    const ended = this.#ended
    const small = ended.filter(({ ending }) => noteFits(ending))
    this.#ended = []
    this.#noted += small.length
    try {
      this.#notes?.ended(small)
      return small.length === ended.length
    } catch {
      return false
    }
  }

  /** Everything noted becomes rows, in one transaction. Returns why beginnings cannot, if so. */
  #fold(): PeerworkError | undefined {
    clearImmediate(this.#soon)
    clearTimeout(this.#later)
    this.#soon = undefined
    this.#later = undefined
    this.#noted = 0
    if (!this.#store.isOpen) return undefined
    const [beginnings, endings] = [this.#beginnings, this.#endings]
    if (this.#write(beginnings, endings) !== undefined) {
      // One large answer must not fail what else there is: all by themselves, the beginnings first.
      const failure = this.#write(beginnings, NONE_ENDED)
      if (failure !== undefined) {
        // They stay noted, as do the endings.
        this.#noteEndings()
        if (this.#failure === undefined) this.#complain(failure)
        return (this.#failure = failure)
      }
      this.#stuck.add(endings)
    }
    if (beginnings.size > 0) this.#beginnings = new Map()
    if (endings.size > 0) this.#endings = new Map()
    this.#ended = []
    this.#failure = undefined
    this.#clearNotes(endings)
    return undefined
  }

  /** What waits for its row stays noted, for the start after a crash. */
  #clearNotes(endings: Endings): void {
    try {
      this.#notes?.clear(this.#stuck.size > 0)
      if (this.#stuck.size === 0) return
      const stuck = [...endings].filter(([name]) => this.#stuck.get(name) !== undefined)
      this.#notes?.keep(stuck.map(([, { entry, ending }]) => ({ id: idOf(entry), ending })))
    } catch (error) {
      // Rows are not made a second time of them.
      this.#complain(failed(error))
    }
  }

  #write(beginnings: Beginnings, endings: Endings): PeerworkError | undefined {
    if (beginnings.size + endings.size === 0) return undefined
    const seqs = new Map<string, number>()
    try {
      this.#store.together(() => {
        for (const [name, { entry, id }] of beginnings) {
          const { task, work, expires } = entry
          seqs.set(name, this.#store.begin({ id, task, work, expires }))
        }
        for (const [name, { ending }] of endings) {
          const seq = seqs.get(name) ?? this.#open.get(name)
          if (seq !== undefined) this.#store.end(seq, ending)
        }
      })
    } catch (error) {
      return failed(error)
    }
    for (const [name, seq] of seqs) if (!endings.has(name)) this.#open.set(name, seq)
    for (const name of endings.keys()) this.#open.delete(name)
    return undefined
  }

  #tidy(): void {
    this.flush()
    for (const name of this.#stuck.again(this.#now())) this.#open.delete(name)
    try {
      this.#store.sweep(this.#now())
      this.#sweepFailed = false
    } catch (error) {
      if (!this.#sweepFailed) this.#complain(failed(error))
      this.#sweepFailed = true
    }
  }
}

const NONE_BEGUN: Beginnings = new Map()
const NONE_ENDED: Endings = new Map()
