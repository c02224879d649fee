/**
 * Everything that ends, on to another backend over OTLP/HTTP, for as long as the observer runs.
 *
 * What is to be sent is names of spans in a file; the spans are read from the store when their turn
 * comes, merged from all that came by then. So nothing waits in memory, the store waits for nobody,
 * and a restart goes on where it was. At least once: a span that changes after it was sent, and
 * what was on its way when the process ended, is sent again under the same ids.
 */

import type { Clock } from '../../node/clock.ts'
import type { Intake } from '../intake.ts'
import type { StoredSpan, TraceStore } from '../store.ts'
import { Due } from './due.ts'
import { Sender } from './send.ts'
import { Settled } from './settled.ts'
import { spanGroups } from './whole.ts'
import type { SpanGroup, SpanName } from './whole.ts'
import type { DueName } from './due.ts'
import type { ExportTarget } from './target.ts'

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
/** How long before that a trace may have begun that went on then, ms. */
const LONG_TRACE_MS = 24 * 60 * 60_000
const TRACES_MAX = 10_000
const PAGE = 500
/** Requests that a refused one is split into, count: to find the few spans that are refused. */
const SPLITS_MAX = 40
const TELL_EVERY_MS = 60_000

export interface ForwardInit extends ExportTarget {
  readonly dir: string
  readonly store: Pick<TraceStore, 'span' | 'spans' | 'traces'>
  readonly intake: Pick<Intake, 'listen'>
  readonly clock: Clock
  readonly log: { warn(facts: object, message: string): void }
  /** As in production unless a test is in a hurry. */
  readonly settleMs?: number
  readonly waitingMax?: number
}

/** What is told of by itself. */
type Trouble = 'again' | 'never' | 'partly' | 'full' | 'gone' | 'file'

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
  /** Because too many waited, or the store had them no more when their turn came; count. */
  readonly dropped: number
  /** Why the last attempt failed; null when it did not. */
  readonly trouble: string | null
}

/** @throws PeerworkError `STORE_FAILED`, `STORE_FULL` */
export async function openForward(init: ForwardInit): Promise<Forward> {
  const forward = new Forward(init)
  await forward.begin()
  return forward
}

export class Forward implements AsyncDisposable {
  readonly #init: ForwardInit
  readonly #due: Due
  readonly #settled: Settled
  readonly #sender: Sender
  readonly #ended = new AbortController()
  #stop = (): void => undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #failures = 0
  #notBefore = 0
  readonly #told = new Map<Trouble, number>()
  #trouble: string | null = null

  constructor(init: ForwardInit) {
    this.#init = init
    this.#sender = new Sender(init)
    this.#due = new Due(init.dir, init.waitingMax ?? WAITING_MAX)
    this.#settled = new Settled(init.settleMs ?? SETTLE_MS, this.#due.last())
  }

  async begin(): Promise<void> {
    const { intake, clock } = this.#init
    this.#stop = intake.listen((entries) => {
      this.#note(entries.flatMap(({ spans }) => spans))
    })
    const alive = this.#due.mark('alive')
    if (alive > 0) await this.#catchUp((alive - CATCH_UP_MS) * 1_000)
    this.#due.setMark('alive', clock.now())
    this.#timer = setInterval(() => void this.tick(), LOOK_EVERY_MS).unref()
  }

  state(): ForwardState {
    const due = this.#due
    const lag = this.#init.clock.now() - (due.oldest() ?? Infinity)
    return {
      ...{ to: this.#init.url.host, waiting: due.waiting, lagMs: Math.max(0, lag) },
      ...{ sent: due.mark('sent'), rejected: due.mark('rejected'), dropped: due.mark('dropped') },
      trouble: this.#trouble
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
    this.#due[Symbol.dispose]()
  }

  async #work(): Promise<void> {
    const { clock, store } = this.#init
    try {
      this.#due.setMark('alive', clock.now())
      while (!this.#ended.signal.aborted && clock.elapsed() >= this.#notBefore) {
        const settled = this.#settled.look(clock.elapsed(), this.#due.last())
        const names = this.#due.first(settled, BATCH_SPANS)
        if (names.length === 0) return
        for await (const group of spanGroups(store, names)) {
          if (!(await this.#pass(group))) return
        }
      }
    } catch (error) {
      this.#failed((error as Error & { code?: string }).code ?? (error as Error).message, 0)
    }
  }

  /** @returns false when it is to be tried again */
  async #pass({ names, spans }: SpanGroup<DueName>): Promise<boolean> {
    // What is open is told of again when it ends.
    const over = spans.filter(({ endUs }) => endUs !== undefined)
    const rejected = await this.#send(over, { left: SPLITS_MAX })
    if (rejected === undefined) return false
    this.#failures = 0
    this.#trouble = null
    const held = new Set(spans.map(({ trace, span }) => `${trace} ${span}`))
    const gone = names.filter(({ trace, span }) => !held.has(`${trace} ${span}`)).length
    this.#due.done(names, { sent: over.length - rejected, rejected, dropped: gone })
    if (gone > 0)
      this.#tell('gone', 'dropped: the store forgot them before they could be sent', gone)
    return true
  }

  /** @returns how many it refused for good; undefined when it is to be tried again */
  async #send(spans: readonly StoredSpan[], splits: { left: number }): Promise<number | undefined> {
    if (spans.length === 0) return 0
    const verdict = await this.#sender.send(spans, this.#ended.signal)
    if (verdict.kind === 'taken') {
      if (verdict.rejected > 0)
        this.#tell('partly', 'refused in an answer of 200', verdict.rejected)
      return verdict.rejected
    }
    if (verdict.kind === 'again') {
      this.#failed(verdict.why, verdict.waitMs)
      return undefined
    }
    if (spans.length === 1 || splits.left <= 0) {
      this.#tell('never', `${verdict.why}, and takes these never`, spans.length)
      return spans.length
    }
    splits.left -= 2
    const half = spans.length >> 1
    const first = await this.#send(spans.slice(0, half), splits)
    const second = first === undefined ? undefined : await this.#send(spans.slice(half), splits)
    return first === undefined || second === undefined ? undefined : first + second
  }

  #failed(why: string, waitMs: number): void {
    if (this.#ended.signal.aborted) return
    const { clock } = this.#init
    const pause = Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** this.#failures++)
    this.#notBefore = clock.elapsed() + Math.max(waitMs, pause * (0.5 + clock.chance() / 2))
    this.#trouble = why
    this.#tell('again', why)
  }

  /** Each kind of trouble now and then. */
  #tell(kind: Trouble, why: string, spans?: number): void {
    const { clock, log, url } = this.#init
    if (clock.elapsed() - (this.#told.get(kind) ?? -Infinity) < TELL_EVERY_MS) return
    this.#told.set(kind, clock.elapsed())
    const facts = { to: url.host, why, waiting: this.#due.waiting, ...(spans && { spans }) }
    log.warn(facts, 'spans cannot be passed on')
  }

  /** Never throws: what is stored is stored, whether it can be passed on or not. */
  #note(spans: readonly SpanName[]): void {
    if (spans.length === 0) return
    try {
      const full = this.#due.add(spans, this.#init.clock.now())
      if (full > 0) this.#tell('full', 'dropped: too many wait already', full)
    } catch (error) {
      this.#tell('file', (error as Error).message)
    }
  }

  /** Those that fell between the store and this file when a process was killed. */
  async #catchUp(fromUs: number): Promise<void> {
    const { store } = this.#init
    let after: string | undefined
    for (let seen = 0; seen < TRACES_MAX; seen += PAGE) {
      const begunUs = fromUs - LONG_TRACE_MS * 1_000
      const page = await store.traces({ fromUs: begunUs, limit: PAGE, ...(after && { after }) })
      for (const { trace, endUs } of page.items) {
        if (endUs === null || endUs >= fromUs) await this.#catchUpTrace(trace, fromUs)
      }
      after = page.next
      if (after === undefined) return
    }
  }

  async #catchUpTrace(trace: string, fromUs: number): Promise<void> {
    const { store } = this.#init
    let after: string | undefined
    do {
      const page = await store.spans(trace, { limit: PAGE, ...(after && { after }) })
      const late = ({ startUs = 0, endUs = 0 }: StoredSpan) => Math.max(startUs, endUs) >= fromUs
      this.#note(page.items.filter(late))
      after = page.next
    } while (after !== undefined)
  }
}
