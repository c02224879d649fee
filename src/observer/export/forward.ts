/**
 * Everything that ends, on to another backend over OTLP/HTTP, for as long as the observer runs.
 *
 * What is to be sent is names of spans in a file; the spans are read from the store when their turn
 * comes, merged from all that came by then. So nothing waits in memory, the store waits for nobody,
 * and a restart goes on where it was. At least once: a span that changes after it was sent, and
 * what was on its way when the process ended, is sent again under the same ids.
 */

import type { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Clock } from '../../node/clock.ts'
import { openAlertsFile, together } from '../alerts/database.ts'
import type { Intake } from '../intake.ts'
import { post } from '../post.ts'
import type { StoredSpan, TraceStore } from '../store.ts'
import { toOtlp } from './otlp.ts'
import { wholeSpans } from './whole.ts'

const compress = promisify(gzip)
/** Spans of one request, count, as SDKs send. */
const BATCH_SPANS = 512
/** After a span was told of, before it is sent, ms: the other parts of it may be on their way. */
const SETTLE_MS = 2_000
const LOOK_EVERY_MS = 1_000
/** Names that wait, count: some 100 MB. What is more is dropped, and counted. */
const WAITING_MAX = 1_000_000
const BACKOFF_MS = 1_000
const BACKOFF_MS_MAX = 60_000
/** Before the last sign of life, ms: what came in then may not be written down yet. */
const CATCH_UP_MS = 10_000
const TRACES_MAX = 10_000
const PAGE = 500
/** What OTLP calls retryable; other refusals would be the same again. */
const RETRYABLE = new Set([408, 429, 502, 503, 504])
const TELL_EVERY_MS = 60_000

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS due (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, trace TEXT NOT NULL, span TEXT NOT NULL,
    at INTEGER NOT NULL, UNIQUE (trace, span)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS count (name TEXT PRIMARY KEY, value INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
`

export interface ForwardInit {
  readonly dir: string
  readonly store: Pick<TraceStore, 'span' | 'spans' | 'traces'>
  readonly intake: Pick<Intake, 'listen'>
  readonly clock: Clock
  readonly log: { warn(facts: object, message: string): void }
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** As in production unless a test is in a hurry. */
  readonly settleMs?: number
}

export interface ForwardState {
  /** Host only: the rest may hold a key. */
  readonly to: string
  /** Spans that wait, count. */
  readonly waiting: number
  /** How long the oldest has waited, ms. */
  readonly lagMs: number
  readonly sent: number
  /** Refused by the backend for good, count. */
  readonly rejected: number
  /** Dropped because too many waited, count. */
  readonly dropped: number
  /** Why the last attempt failed; null when it did not. */
  readonly trouble: string | null
}

interface Due {
  readonly seq: number
  readonly trace: string
  readonly span: string
}

/** @throws PeerworkError `STORE_FAILED`, `STORE_FULL` */
export async function openForward(init: ForwardInit): Promise<Forward> {
  const forward = new Forward(init)
  await forward.begin()
  return forward
}

export class Forward implements AsyncDisposable {
  readonly #init: ForwardInit
  readonly #db: DatabaseSync
  readonly #ended = new AbortController()
  #stop = (): void => undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #waiting: number
  #failures = 0
  #notBefore = 0
  #told = -Infinity
  #trouble: string | null = null

  constructor(init: ForwardInit) {
    this.#init = init
    this.#db = openAlertsFile(init.dir, 'export.db', SCHEMA)
    // A killed process loses nothing so; a power cut at most what the last sign of life covers.
    this.#db.exec('PRAGMA synchronous = NORMAL')
    this.#waiting = Number(this.#db.prepare('SELECT count(*) AS n FROM due').get()?.['n'] ?? 0)
  }

  async begin(): Promise<void> {
    const { intake, clock } = this.#init
    this.#stop = intake.listen((entries) => {
      this.#note(entries.flatMap(({ spans }) => spans))
    })
    const alive = this.#count('alive')
    if (alive > 0) await this.#catchUp((alive - CATCH_UP_MS) * 1_000)
    this.#set('alive', clock.now())
    this.#timer = setInterval(() => void this.tick(), LOOK_EVERY_MS).unref()
  }

  state(): ForwardState {
    const oldest = this.#db.prepare('SELECT at FROM due ORDER BY seq LIMIT 1').get()?.['at']
    const lag = oldest === undefined ? 0 : this.#init.clock.now() - Number(oldest)
    return {
      ...{ to: this.#init.url.host, waiting: this.#waiting, lagMs: Math.max(0, lag) },
      ...{ sent: this.#count('sent'), rejected: this.#count('rejected') },
      ...{ dropped: this.#count('dropped'), trouble: this.#trouble }
    }
  }

  /** Send what is due. Never throws. */
  tick(): Promise<void> {
    return (this.#running ??= this.#work().finally(() => (this.#running = undefined)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop()
    clearInterval(this.#timer)
    this.#ended.abort()
    await this.#running
    this.#db.close()
  }

  async #work(): Promise<void> {
    const { clock, settleMs = SETTLE_MS } = this.#init
    try {
      this.#set('alive', clock.now())
      while (!this.#ended.signal.aborted && clock.elapsed() >= this.#notBefore) {
        const due = this.#db
          .prepare('SELECT seq, trace, span FROM due WHERE at <= ? ORDER BY seq LIMIT ?')
          .all(clock.now() - settleMs, BATCH_SPANS) as unknown as readonly Due[]
        if (due.length === 0) return
        await this.#pass(due)
      }
    } catch (error) {
      this.#failed((error as Error & { code?: string }).code ?? (error as Error).message, 0)
    }
  }

  async #pass(due: readonly Due[]): Promise<void> {
    const spans = await wholeSpans(this.#init.store, due)
    // What is open is told of again when it ends.
    const over = spans.filter(({ endUs }) => endUs !== undefined)
    const rejected = over.length === 0 ? 0 : await this.#send(over)
    if (rejected === undefined) return
    this.#failures = 0
    this.#trouble = null
    together(this.#db, () => {
      const drop = this.#db.prepare('DELETE FROM due WHERE seq = ?')
      for (const { seq } of due) this.#waiting -= Number(drop.run(seq).changes)
      this.#add('sent', over.length - rejected)
      this.#add('rejected', rejected)
    })
  }

  /** @returns how many it refused for good; undefined when it is to be tried again */
  async #send(spans: readonly StoredSpan[]): Promise<number | undefined> {
    const { url, headers } = this.#init
    const body = await compress(JSON.stringify(toOtlp(spans)))
    const type = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const { status, text, retryAfterMs } = await post({
      ...{ url, headers: { ...headers, ...type }, body, signal: this.#ended.signal }
    })
    if (status >= 200 && status < 300) return Math.min(spans.length, rejectedIn(text))
    if (RETRYABLE.has(status)) {
      this.#failed(`it answered ${status}`, retryAfterMs ?? 0)
      return undefined
    }
    this.#tell(`it answered ${status}, and takes these spans never`)
    return spans.length
  }

  #failed(why: string, waitMs: number): void {
    if (this.#ended.signal.aborted) return
    const { clock } = this.#init
    const pause = Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** this.#failures++)
    this.#notBefore = clock.elapsed() + Math.max(waitMs, pause * (0.5 + clock.chance() / 2))
    this.#trouble = why
    this.#tell(why)
  }

  #tell(why: string): void {
    const { clock, log, url } = this.#init
    if (clock.elapsed() - this.#told < TELL_EVERY_MS) return
    this.#told = clock.elapsed()
    log.warn({ to: url.host, why, waiting: this.#waiting }, 'spans cannot be passed on')
  }

  /** Never throws: what is stored is stored, whether it can be passed on or not. */
  #note(spans: readonly { readonly trace: string; readonly span: string }[]): void {
    if (spans.length === 0) return
    try {
      const room = Math.max(0, WAITING_MAX - this.#waiting)
      const now = this.#init.clock.now()
      together(this.#db, () => {
        // One that waits already moves to the end: what is read then is newer.
        const drop = this.#db.prepare('DELETE FROM due WHERE trace = ? AND span = ?')
        const put = this.#db.prepare('INSERT INTO due (trace, span, at) VALUES (?, ?, ?)')
        for (const { trace, span } of spans.slice(0, room)) {
          this.#waiting += 1 - Number(drop.run(trace, span).changes)
          put.run(trace, span, now)
        }
        if (spans.length > room) this.#add('dropped', spans.length - room)
      })
    } catch (error) {
      this.#tell((error as Error).message)
    }
  }

  /** Those that fell between the store and this file when a process was killed. */
  async #catchUp(fromUs: number): Promise<void> {
    const { store } = this.#init
    let after: string | undefined
    for (let seen = 0; seen < TRACES_MAX; seen += PAGE) {
      const page = await store.traces({ fromUs, limit: PAGE, ...(after && { after }) })
      for (const { trace } of page.items) {
        const { items } = await store.spans(trace, { limit: PAGE })
        this.#note(items.filter(({ startUs = 0, endUs = 0 }) => Math.max(startUs, endUs) >= fromUs))
      }
      after = page.next
      if (after === undefined) return
    }
  }

  #count(name: string): number {
    const row = this.#db.prepare('SELECT value FROM count WHERE name = ?').get(name)
    return Number(row?.['value'] ?? 0)
  }

  #add(name: string, more: number): void {
    if (more > 0) this.#set(name, this.#count(name) + more)
  }

  #set(name: string, value: number): void {
    this.#db.prepare('INSERT OR REPLACE INTO count (name, value) VALUES (?, ?)').run(name, value)
  }
}

/** `partialSuccess` of an answer in JSON; one in protobuf has none worth reading. */
function rejectedIn(text: string): number {
  try {
    const { partialSuccess } = JSON.parse(text) as { partialSuccess?: { rejectedSpans?: unknown } }
    const count = Number(partialSuccess?.rejectedSpans ?? 0)
    return Number.isSafeInteger(count) && count > 0 ? count : 0
  } catch {
    return 0
  }
}
