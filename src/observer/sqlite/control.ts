/**
 * The control file: which day file has which trace, and what outlives the days.
 *
 * What day files say again (homes, held ranges) is written without waiting for the disk and caught
 * up with from them at the next start; what only stands here waits.
 */

import { join } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'
import { newerCounters } from '../merge.ts'
import type { Counters } from '../store.ts'
import { Database } from './database.ts'
import { bytesOf } from './span-row.ts'
import type { Day, Totals } from './day.ts'
import { noteHeld } from './held.ts'
import { LogRows } from './log-rows.ts'
import { CONTROL_KIND, CONTROL_SCHEMA, CONTROL_VERSION } from './schema.ts'

const CACHE_BYTES = 8 * 1024 * 1024
/** Codes under which batches of one log were refused, count: there are some seventy codes. */
const REFUSED_CODES_MAX = 100
/** Pinned traces, count: who pins more wants a longer retention. */
const PINS_MAX = 10_000

export interface DayEntry {
  readonly id: number
  /** µs since 1970; -1 of the file for pinned traces. */
  readonly start: number
  readonly file: string
}

export class Control {
  readonly db: Database
  readonly logs: LogRows

  constructor(dir: string, pagesMax?: number) {
    this.db = new Database({
      ...{ path: join(dir, 'control.db'), schema: CONTROL_SCHEMA, version: CONTROL_VERSION },
      ...{ kind: CONTROL_KIND, cacheBytes: CACHE_BYTES, durable: true },
      ...(pagesMax === undefined ? {} : { pagesMax })
    })
    this.logs = new LogRows(this.db)
  }

  days(): DayEntry[] {
    const rows = this.db.all('SELECT id, start, file FROM day ORDER BY start, id')
    return rows.map(([id, start, file]) => ({
      id: Number(id),
      start: Number(start),
      file: String(file)
    }))
  }

  addDay(start: number, file: string): DayEntry {
    const id = this.db.run('INSERT INTO day (start, file) VALUES (?, ?)', start, file)
    return { id, start, file }
  }

  /** Whether this program may have left something in the file that is not noted here. */
  touch(id: number): void {
    this.db.run('UPDATE day SET touched = 1 WHERE id = ?', id)
  }

  /** All of it is noted here. */
  settle(id: number, totals: Totals): void {
    const text = JSON.stringify(totals)
    this.db.run('UPDATE day SET touched = 0, totals = ? WHERE id = ?', text, id)
  }

  touched(): number[] {
    return this.db.all('SELECT id FROM day WHERE touched = 1').map(([id]) => Number(id))
  }

  /** Of a settled day. */
  totals(id: number): Totals | undefined {
    const row = this.db.get('SELECT totals FROM day WHERE id = ? AND touched = 0', id)
    return JSON.parse(String(row?.[0] ?? 'null')) ?? undefined
  }

  /** The day is over: its file may be removed. What it held stays counted as held once. */
  forgetDay(id: number): void {
    this.db.run('INSERT OR IGNORE INTO gone (file) SELECT file FROM day WHERE id = ?', id)
    this.db.run('DELETE FROM batch WHERE day = ?', id)
    this.db.run('DELETE FROM home WHERE day = ?', id)
    this.db.run('DELETE FROM day WHERE id = ?', id)
  }

  /** Files of forgotten days that may be there still. */
  gone(): string[] {
    return this.db.all('SELECT file FROM gone').map(([file]) => String(file))
  }

  removed(file: string): void {
    this.db.run('DELETE FROM gone WHERE file = ?', file)
  }

  homeOf(trace: Uint8Array): number | undefined {
    const row = this.db.get('SELECT day FROM home WHERE trace = ?', trace)
    return row === undefined ? undefined : Number(row[0])
  }

  setHome(trace: Uint8Array, day: number): void {
    this.db.run('INSERT OR REPLACE INTO home (trace, day) VALUES (?, ?)', trace, day)
  }

  /** Note what a day file has that is not noted yet. Cheap when there is nothing. */
  catchUp(day: Day): void {
    const row = this.db.get('SELECT traces, batches FROM day WHERE id = ?', day.id)
    const [traces, batches] = [Number(row?.[0] ?? 0), Number(row?.[1] ?? 0)]
    const newTraces = day.db.all('SELECT row, id FROM trace WHERE row > ? ORDER BY row', traces)
    const newBatches = day.db.all(
      'SELECT seq, by, boot, first, count, digest FROM batch WHERE seq > ? ORDER BY seq',
      batches
    )
    if (newTraces.length + newBatches.length === 0) return
    this.loosely(() => {
      for (const [, id] of newTraces) this.setHome(id as Uint8Array, day.id)
      for (const [seq, by, boot, first, count, digest] of newBatches) {
        noteHeld(this.db, this.#changed({ by: String(by), boot: String(boot) }), {
          ...{ first: Number(first), count: Number(count), digest: digest as Uint8Array },
          ...{ day: day.id, seq: Number(seq) }
        })
      }
      const last = [newTraces.at(-1)?.[0] ?? traces, newBatches.at(-1)?.[0] ?? batches] as const
      this.db.run('UPDATE day SET traces = ?, batches = ? WHERE id = ?', ...last, day.id)
    })
  }

  findLog(by: string, boot: string): number | undefined {
    const row = this.db.get('SELECT id FROM log WHERE by = ? AND boot = ?', by, boot)
    return row === undefined ? undefined : Number(row[0])
  }

  log(by: string, boot: string): number {
    const known = this.findLog(by, boot)
    if (known !== undefined) return known
    return this.db.run('INSERT INTO log (by, boot) VALUES (?, ?)', by, boot)
  }

  noteCounters(counters: Counters): void {
    const { by, boot } = counters
    this.together(() => {
      const log = this.log(by, boot)
      const row = this.db.get('SELECT counters FROM log WHERE id = ?', log)
      const old = JSON.parse(String(row?.[0] ?? 'null')) as Counters | null
      const kept = old === null ? counters : newerCounters(old, counters)
      if (kept === old) return
      this.logs.changed(log)
      const { next, oldest, dropped, issued, most, gone, head } = kept
      const text = JSON.stringify({ by, boot, next, oldest, dropped, issued, most, gone, head })
      this.db.run('UPDATE log SET counters = ? WHERE id = ?', text, log)
    })
  }

  noteRefused(name: { by: string; boot: string }, code: string, count: number): void {
    this.together(() => {
      const log = this.#changed(name)
      const row = this.db.get('SELECT refused FROM log WHERE id = ?', log)
      const refused = JSON.parse(String(row?.[0])) as Record<string, number>
      if (!(code in refused) && Object.keys(refused).length >= REFUSED_CODES_MAX) return
      refused[code] = (refused[code] ?? 0) + count
      this.db.run('UPDATE log SET refused = ? WHERE id = ?', JSON.stringify(refused), log)
    })
  }

  noteDuplicates(by: string, boot: string, count: number): void {
    const log = this.#changed({ by, boot })
    this.db.run('UPDATE log SET duplicates = duplicates + ? WHERE id = ?', count, log)
  }

  #changed({ by, boot }: { by: string; boot: string }): number {
    const log = this.log(by, boot)
    this.logs.changed(log)
    return log
  }

  isPinned(trace: string): boolean {
    return this.db.get('SELECT 1 FROM pin WHERE trace = ?', bytesOf(trace)) !== undefined
  }

  pins(): Uint8Array[] {
    return this.db.all('SELECT trace FROM pin').map(([trace]) => trace as Uint8Array)
  }

  /** @throws PeerworkError `QUOTA_EXCEEDED` */
  pin(trace: string, pinned: boolean): void {
    if (!pinned) {
      this.db.run('DELETE FROM pin WHERE trace = ?', bytesOf(trace))
      return
    }
    if (Number(this.db.get('SELECT count(*) FROM pin')?.[0]) >= PINS_MAX) {
      throw new PeerworkError('QUOTA_EXCEEDED', `${PINS_MAX} traces are pinned already`)
    }
    this.db.run('INSERT OR IGNORE INTO pin (trace) VALUES (?)', bytesOf(trace))
  }

  /** All of the steps or none, on the disk when it returns. */
  together(steps: () => void): void {
    if (this.db.isTransaction) return steps()
    this.db.begin()
    try {
      steps()
      this.db.commit()
    } catch (error) {
      this.db.rollback()
      this.logs.reset()
      throw error
    }
  }

  /** The same, for what a power cut may take since a day file still says it. */
  loosely(steps: () => void): void {
    this.db.exec('PRAGMA synchronous = NORMAL')
    try {
      this.together(steps)
    } finally {
      this.db.exec('PRAGMA synchronous = FULL')
    }
  }

  close(): void {
    this.db.close()
  }
}
