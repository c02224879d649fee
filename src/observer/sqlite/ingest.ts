/** Merging messages into the files: many calls in one transaction, as one wait for the disk. */

import type { Fact, HandoffPart, SpanPart } from '../model.ts'
import type { Ingest, Ingested, KeptBatch } from '../store.ts'
import { DayWriter } from './day-writer.ts'
import type { Day } from './day.ts'
import type { Files } from './files.ts'
import { judge } from './held.ts'
import { bytesOf } from './span-row.ts'

export class Ingester {
  readonly #files: Files

  constructor(files: Files) {
    this.#files = files
  }

  /**
   * @param calls what each call of `ingest` brought
   * @returns the answers of each; durable by then
   * @throws what the disk failed with. Nothing of the group was written then, except when it lay
   *   in several day files: what some of them took is the same when it comes again.
   */
  group(calls: readonly (readonly Ingest[])[], nowUs: number): Ingested[][] {
    this.#files.catchUp()
    const group = new Group(this.#files, nowUs)
    try {
      const answers = calls.map((entries) => entries.map((entry) => group.add(entry)))
      group.commit()
      return answers
    } catch (error) {
      group.rollback()
      throw error
    }
  }
}

class Group {
  readonly #files: Files
  readonly #nowUs: number
  readonly #writers = new Map<number, DayWriter>()
  readonly #homes = new Map<string, DayWriter>()
  readonly #batches: KeptBatch[] = []
  readonly #known: KeptBatch[] = []

  constructor(files: Files, nowUs: number) {
    this.#files = files
    this.#nowUs = nowUs
  }

  add(entry: Ingest): Ingested {
    const verdict = entry.batch === undefined ? undefined : this.#judge(entry.batch)
    if (verdict === 'known') {
      if (entry.batch !== undefined) this.#known.push(entry.batch)
      return 'known'
    }
    if (entry.batch !== undefined) this.#batches.push(entry.batch)
    let news = false
    for (const span of entry.spans) news = this.#addSpan(span) || news
    for (const handoff of entry.handoffs) news = this.#addHandoff(handoff) || news
    for (const fact of entry.facts) news = this.#addFact(fact) || news
    return verdict ?? (news ? 'new' : 'known')
  }

  #addSpan(span: SpanPart): boolean {
    return this.#home(span.trace, span.startUs ?? span.endUs).addSpan(span)
  }

  #addHandoff(handoff: HandoffPart): boolean {
    const { offeredUs, acceptedUs, startedUs, endedUs } = handoff
    const time = offeredUs ?? acceptedUs ?? startedUs ?? endedUs
    return this.#home(handoff.trace, time).addHandoff(handoff)
  }

  #addFact(fact: Fact): boolean {
    const { trace, atUs } = fact
    const home = trace === undefined ? this.#writer(this.#day(atUs)) : this.#home(trace, atUs)
    return home.addFact(fact)
  }

  /** The group's own batches are not in the control file yet. */
  #judge(batch: KeptBatch): Ingested {
    const { by, boot, first, count, digest } = batch
    const end = first + count
    const same = this.#batches.filter((other) => {
      const apart = other.first >= end || other.first + other.count <= first
      return other.by === by && other.boot === boot && !apart
    })
    if (same.some((other) => other.first === first && other.digest === digest)) return 'known'
    const { control } = this.#files
    const verdict = judge(control.db, control.findLog(by, boot), batch)
    return verdict === 'new' && same.length > 0 ? 'forked' : verdict
  }

  #home(trace: string, timeUs: number | undefined): DayWriter {
    let home = this.#homes.get(trace)
    if (home === undefined) {
      const id = bytesOf(trace)
      const known = this.#files.control.homeOf(id)
      const there = known !== undefined && this.#files.has(known)
      home = this.#writer(there ? this.#files.open(known) : this.#day(timeUs ?? this.#nowUs))
      this.#homes.set(trace, home)
    }
    return home
  }

  #day(timeUs: number): Day {
    return this.#files.dayFor(timeUs, this.#nowUs)
  }

  #writer(day: Day): DayWriter {
    let writer = this.#writers.get(day.id)
    if (writer === undefined) {
      this.#files.touch(day)
      this.#writers.set(day.id, (writer = new DayWriter(day)))
    }
    return writer
  }

  /** A batch is written with its parts, or after them: what is held is never missing. */
  commit(): void {
    const [first] = this.#batches
    const last = first === undefined ? undefined : this.#writer(this.#day(first.issued * 1_000))
    for (const writer of this.#writers.values()) if (writer !== last) writer.commit()
    for (const batch of this.#batches) last?.addBatch(batch)
    last?.commit()
    for (const { day } of this.#writers.values()) this.#files.noted(day)
    this.#countKnown()
    this.#files.trim()
  }

  #countKnown(): void {
    if (this.#known.length === 0) return
    const { control } = this.#files
    control.loosely(() => {
      for (const { by, boot, count } of this.#known) control.noteDuplicates(by, boot, count)
    })
  }

  rollback(): void {
    for (const { day } of this.#writers.values()) {
      day.rollback()
      // A day that was committed before another failed has news for the control file.
      this.#files.noted(day)
    }
    this.#files.trim()
  }
}
