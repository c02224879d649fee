/**
 * The thread's day: questions first, then what is to be kept, as many calls together as lie there,
 * and the search index whenever there is nothing else to do, or it has fallen behind.
 */

import { toRecord } from '../../protocol/errors.ts'
import { Indexer } from './indexer.ts'
import { deskOf } from './desk.ts'
import type { Desk } from './desk.ts'
import { storeError } from './database.ts'
import { Files } from './files.ts'
import { Ingester } from './ingest.ts'
import { unpack } from './messages.ts'
import type { Reply, Request, StartOptions } from './messages.ts'

/** Text that one transaction takes, UTF-16 units: some 100 ms, which is what a question waits. */
const GROUP_UNITS = 2 * 1024 * 1024

export interface Door {
  readonly reply: (reply: Reply) => void
  /** What lies in front of the door, without waiting. */
  readonly more: () => Request | undefined
  /** Run it soon, after what came meanwhile was seen. */
  readonly soon: (step: () => void) => void
  readonly elapsed: () => number
  /** There is nothing left to do, ever. */
  readonly leave: () => void
}

type Told = Extract<Request, { method: 'ingest' }>
type Asked = Exclude<Request, { method: 'ingest' }>

export class Shift {
  readonly #door: Door
  readonly #dir: string
  readonly #files: Files
  readonly #desk: Desk
  readonly #ingester: Ingester
  readonly #indexer: Indexer
  #told: Told[] = []
  #asked: Asked[] = []
  #isDue = false

  /** @throws PeerworkError as `Files` does */
  constructor(options: StartOptions, door: Door) {
    this.#door = door
    this.#dir = options.dir
    this.#files = new Files(options)
    this.#desk = deskOf(this.#files, door.elapsed)
    this.#ingester = new Ingester(this.#files)
    this.#indexer = new Indexer(this.#files, door.elapsed)
    this.#wake()
  }

  take(request: Request): void {
    if (request.method === 'ingest') this.#told.push(request)
    else this.#asked.push(request)
    this.#wake()
  }

  #wake(): void {
    if (this.#isDue) return
    this.#isDue = true
    this.#door.soon(() => this.#turn())
  }

  #turn(): void {
    this.#isDue = false
    for (let next = this.#door.more(); next !== undefined; next = this.#door.more()) this.take(next)
    const asked = this.#asked
    this.#asked = []
    for (const request of asked) {
      if (request.method === 'close') return this.#close(request)
      this.#answer(request)
    }
    const hadWork = this.#told.length > 0
    if (hadWork) this.#keep(this.#grouped())
    this.#indexer.work(hadWork)
    if (this.#told.length + this.#asked.length > 0 || this.#indexer.isBehind) this.#wake()
  }

  #answer({ id, method, args, nowUs }: Asked): void {
    if (method === 'close') return
    try {
      // What was just told is found by its words too, unless there is much of it.
      if (method === 'traces') this.#indexer.hurry()
      const ask = this.#desk[method] as (...args: readonly unknown[]) => unknown
      const value = method === 'prune' ? ask(args[0], args[1] ?? nowUs) : ask(...args)
      this.#door.reply({ id, value })
    } catch (error) {
      this.#fail(id, error)
    } finally {
      this.#files.trim()
    }
  }

  #grouped(): Told[] {
    let units = 0
    const end = this.#told.findIndex(({ text }) => (units += text.length) > GROUP_UNITS)
    return this.#told.splice(0, end < 0 ? this.#told.length : Math.max(1, end))
  }

  #keep(group: readonly Told[]): void {
    const nowUs = group.at(-1)?.nowUs ?? 0
    try {
      const answers = this.#ingester.group(group.map(unpack), nowUs)
      for (const [index, { id }] of group.entries()) {
        this.#door.reply({ id, value: answers[index] ?? [] })
      }
      this.#indexer.note()
    } catch (error) {
      const failed = storeError(error, this.#dir)
      // One call that cannot be kept must not take others with it.
      if (group.length > 1 && failed.code !== 'STORE_FULL')
        for (const one of group) this.#keep([one])
      else for (const { id } of group) this.#fail(id, failed)
    }
  }

  #fail(id: number, error: unknown): void {
    this.#door.reply({ id, error: toRecord(storeError(error, this.#dir)) })
  }

  #close({ id }: Asked): void {
    while (this.#told.length > 0) this.#keep(this.#grouped())
    this.#indexer.finish()
    try {
      this.#files.close()
      this.#door.reply({ id, value: undefined })
    } catch (error) {
      this.#fail(id, error)
    }
    this.#door.leave()
  }
}
