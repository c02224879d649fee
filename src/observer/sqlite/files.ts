/**
 * The directory of a store: which files there are, which of them are open, and where a trace goes.
 *
 * A trace lives in the file of the day on which the first start that was told of it lies, whatever
 * is told later. Answers never depend on that: lists are merged over files by key.
 */

import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../node/make-folder.ts'
import { messageOf, PeerworkError } from '../../protocol/errors.ts'
import { Control } from './control.ts'
import type { DayEntry } from './control.ts'
import { Day } from './day.ts'
import type { Totals } from './day.ts'

/** Files open at once: each has a cache, and lists of recent traces need two. */
const OPEN_MAX = 8
/** A day that grew beyond this goes on in another file, bytes: the grain of keeping by size. */
export const DAY_BYTES_MAX = 1024 * 1024 * 1024
/** Days back for which there is a file each; older traces share one a month. */
const SINGLE_DAYS = 40
/** Months back; what claims to be older goes to the first of them. */
const MONTHS_MAX = 36
const DAY_US = 86_400_000_000
/** In place of a start: the file of pinned traces whose days are gone. */
export const PINNED_START = -1

export interface FilesOptions {
  readonly dir: string
  readonly dayBytesMax?: number
  /** Test seam: pages that each file may have. */
  readonly pagesMax?: number
}

export class Files {
  readonly control: Control
  readonly #options: FilesOptions
  #entries: DayEntry[]
  /** In the order of their last use. */
  readonly #open = new Map<number, Day>()
  readonly #touched = new Set<number>()
  /** Days that hold what the control file does not know yet, since its disk was full. */
  readonly #behind = new Set<number>()
  readonly #totals = new Map<number, Totals>()

  /** @throws PeerworkError `STORE_FAILED`, `STORE_FULL`, `HOME_IN_USE` */
  constructor(options: FilesOptions) {
    this.#options = options
    makeDirectory(options.dir)
    this.control = new Control(options.dir, options.pagesMax)
    try {
      this.#entries = this.control.days()
      this.#sweep()
      for (const id of this.control.touched()) {
        this.#touched.add(id)
        this.control.catchUp(this.open(id))
      }
    } catch (error) {
      this.close()
      throw error
    }
  }

  get entries(): readonly DayEntry[] {
    return this.#entries
  }

  has(id: number): boolean {
    return this.#entries.some((entry) => entry.id === id)
  }

  /** What a day holds, without opening it when that is not needed. */
  totals(id: number): Totals {
    let totals = this.#totals.get(id)
    if (totals === undefined) {
      totals = this.control.totals(id) ?? this.open(id).totals()
      this.#totals.set(id, totals)
    }
    return totals
  }

  open(id: number): Day {
    const known = this.#open.get(id)
    if (known !== undefined) {
      this.#open.delete(id)
      this.#open.set(id, known)
      return known
    }
    const entry = this.#entries.find((one) => one.id === id)
    if (entry === undefined) throw new PeerworkError('INTERNAL', `no day file ${id}`)
    const day = new Day(join(this.#options.dir, entry.file), entry, this.#options.pagesMax)
    this.#open.set(id, day)
    return day
  }

  /** Close what was used least recently. Between transactions. */
  trim(): void {
    for (const [id, day] of this.#open) {
      if (this.#open.size <= OPEN_MAX) return
      this.#open.delete(id)
      this.#leave(day)
    }
  }

  /** The file for what began at a time, made when there is none. Inside no control transaction. */
  dayFor(timeUs: number, nowUs: number): Day {
    return this.#current(dayStart(timeUs, nowUs))
  }

  pinned(): Day {
    return this.#current(PINNED_START)
  }

  #current(start: number): Day {
    const entry = this.#entries.findLast((one) => one.start === start)
    const max = this.#options.dayBytesMax ?? DAY_BYTES_MAX
    if (entry !== undefined) {
      const day = this.open(entry.id)
      if (start === PINNED_START || day.db.bytes() < max) return day
    }
    const number = this.#entries.filter((one) => one.start === start).length
    return this.#made(start, number)
  }

  #made(start: number, number: number): Day {
    const stem = start === PINNED_START ? 'pinned' : new Date(start / 1_000).toISOString()
    const name = stem.slice(0, 10)
    const taken = new Set(this.#entries.map(({ file }) => file))
    let file = `${name}.${number}.db`
    while (taken.has(file)) file = `${name}.${++number}.db`
    const entry = this.control.addDay(start, file)
    this.#entries = this.control.days()
    return this.open(entry.id)
  }

  /** Before a day is written to, so that the next start looks into it. */
  touch(day: Day): void {
    if (this.#touched.has(day.id)) return
    this.control.touch(day.id)
    this.#touched.add(day.id)
  }

  /** After a day was written to: nothing that is durable fails any more. */
  noted(day: Day): void {
    this.#totals.set(day.id, day.totals())
    try {
      this.control.catchUp(day)
      this.#behind.delete(day.id)
    } catch {
      this.#behind.add(day.id)
    }
  }

  /** Before anything is looked up to write. @throws PeerworkError `STORE_FULL` */
  catchUp(): void {
    for (const id of this.#behind) {
      this.control.catchUp(this.open(id))
      this.#behind.delete(id)
    }
  }

  /** Remove the file of a day that the control file forgot. @returns its bytes */
  remove(id: number): number {
    const entry = this.#entries.find((one) => one.id === id)
    if (entry === undefined) return 0
    this.#open.get(id)?.close()
    for (const noted of [this.#open, this.#touched, this.#totals, this.#behind]) noted.delete(id)
    this.#entries = this.control.days()
    const bytes = this.bytesOf(entry)
    this.#unlink(entry.file)
    return bytes
  }

  #unlink(file: string): void {
    for (const end of ['', '-wal', '-shm']) {
      rmSync(join(this.#options.dir, file + end), { force: true })
    }
    this.control.removed(file)
  }

  /** Remove what was forgotten just before a crash; take up again what nobody knows of. */
  #sweep(): void {
    for (const file of this.control.gone()) this.#unlink(file)
    const known = new Set(this.#entries.map(({ file }) => file))
    for (const name of readdirSync(this.#options.dir)) {
      const start = known.has(name) ? undefined : startOf(name)
      if (start === undefined) continue
      const { id } = this.control.addDay(start, name)
      this.control.touch(id)
    }
    this.#entries = this.control.days()
  }

  bytesOf({ file }: DayEntry): number {
    return (
      fileBytes(join(this.#options.dir, file)) + fileBytes(join(this.#options.dir, `${file}-wal`))
    )
  }

  /** Bytes of everything in the directory. */
  bytes(): number {
    const names = readdirSync(this.#options.dir)
    return names.reduce((sum, name) => sum + fileBytes(join(this.#options.dir, name)), 0)
  }

  openDays(): Day[] {
    return [...this.#open.values()]
  }

  /** Files that the next start has to look into. */
  touchedDays(): number[] {
    return [...this.#touched]
  }

  close(): void {
    for (const day of this.#open.values()) this.#leave(day)
    this.#open.clear()
    this.control.close()
  }

  #leave(day: Day): void {
    const settled = !this.#behind.has(day.id) && !hasUnsearched(day)
    const totals = day.totals()
    day.close()
    if (!settled || !this.#touched.has(day.id)) return
    this.control.settle(day.id, totals)
    this.#touched.delete(day.id)
  }
}

const hasUnsearched = (day: Day): boolean =>
  day.db.get('SELECT 1 FROM unsearched LIMIT 1') !== undefined

/** What we call day files, and only we: without a control file they tell their day by name. */
function startOf(file: string): number | undefined {
  const [, day] = /^(\d{4}-\d{2}-\d{2}|pinned)\.\d+\.db$/.exec(file) ?? []
  if (day === 'pinned') return PINNED_START
  const time = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(time) ? undefined : time * 1_000
}

function makeDirectory(dir: string): void {
  try {
    makeFolder(dir)
  } catch (error) {
    throw new PeerworkError('STORE_FAILED', `cannot make ${dir}: ${messageOf(error)}`)
  }
}

function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Where the day of a time begins, or its month when that is long ago; never in the far future. */
export function dayStart(timeUs: number, nowUs: number): number {
  const today = nowUs - (nowUs % DAY_US)
  const day = timeUs - (timeUs % DAY_US)
  if (day >= today) return Math.min(day, today + DAY_US)
  if (day >= today - SINGLE_DAYS * DAY_US) return day
  const now = new Date(nowUs / 1_000)
  const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - MONTHS_MAX, 1) * 1_000
  const date = new Date(Math.max(day, first) / 1_000)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) * 1_000
}

/** When everything that belongs into a file is over, µs. A month has its first day's name. */
export function dayEnd(start: number, nowUs: number): number {
  const today = nowUs - (nowUs % DAY_US)
  if (start >= today - SINGLE_DAYS * DAY_US) return start + DAY_US
  const date = new Date(start / 1_000)
  if (date.getUTCDate() !== 1) return start + DAY_US
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) * 1_000
}
