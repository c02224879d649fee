/** A run from the observer: its past by the page, its present as it happens. */

import { useEffect, useState } from 'preact/hooks'
import type { SpanPart } from '../../../src/observer/model.ts'
import { ApiError, get } from '../api.ts'
import { listen, TOLD_MAX } from '../live.ts'
import type { News } from '../live.ts'
import type { Fact, Handoff, Page, Span, TraceDetail, TraceSummary } from '../types.ts'
import { Buffer, FACTS_MAX } from './buffer.ts'
import type { Run } from './run.ts'

/** Of one request, count: the first is small, to show something at once. */
const FIRST_SPANS = 1_000
const PAGE_SPANS = 5_000
const PAGE = 500
/** Between two pictures of what changes, ms, and more for so many spans: each is laid out anew. */
const SHOW_MS = 150
const SPANS_PER_MS = 100
/** Between two questions about what news only hint at, ms. */
const ASK_MS = 1_000
/** Between two loads of all of it, ms more for so many spans: news of a crowd leave some out. */
const SPANS_PER_ALL_MS = 5
/**
 * Of facts that were missed: between two pages of them, ms; and pages at most, count, of a run that
 * has more of them than are kept.
 */
const FACTS_REST_MS = 500
const MISSED_PAGES = 4
/** Between two questions for what reads the whole trace, ms. */
const DETAIL_MS = 10_000
const RETRY_MS = 5_000

export interface Loading {
  readonly run: Run | undefined
  readonly error: ApiError | undefined
  again(): void
}

/** Load a run, and keep it up to date until the page is left. */
export function useRun(trace: string): Loading {
  const [state, setState] = useState<Omit<Loading, 'again'>>(NOTHING)
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    setState(NOTHING)
    const loader = new Loader(trace, setState)
    return () => loader.stop()
  }, [trace, turn])
  return { ...state, again: () => setTurn((n) => n + 1) }
}

const NOTHING = { run: undefined, error: undefined }

class Loader {
  readonly #trace: string
  readonly #path: string
  readonly #show: (state: Omit<Loading, 'again'>) => void
  readonly #buffer = new Buffer()
  readonly #leaving = new AbortController()
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #running = new Set<string>()
  readonly #stopListening: () => void
  /** Handoffs that news were about, ids. */
  readonly #told = new Set<string>()
  #summary: TraceSummary | undefined
  #summariesAsked = 0
  /** Which of them is shown. */
  #summaryShown = 0
  /** When everything was asked for last, ms. */
  #allMs = -Infinity
  /** Of what some may have been missed. */
  readonly #missing = new Set<'spans' | 'handoffs'>()
  #detail: TraceDetail | undefined
  #complete = false
  /** Of the past there are more facts than were loaded. */
  #pastCut = false
  /** Of what failed last, by its name: what goes well beside it does not mend it. */
  readonly #errors = new Map<string, ApiError>()
  /** What else changed, beside the buffer. */
  #turns = 0

  constructor(trace: string, show: (state: Omit<Loading, 'again'>) => void) {
    this.#trace = trace
    this.#path = `/api/v1/traces/${trace}`
    this.#show = show
    this.#stopListening = listen(
      {
        news: ({ spans, handoffs, facts }) => {
          this.#buffer.addSpans(spans as readonly SpanPart[])
          this.#buffer.addFacts(facts)
          this.#showSoon()
          this.#soon('summary', ASK_MS, () => this.#loadSummary())
          this.#soon('detail', DETAIL_MS, () => this.#loadDetail())
          // Of one side each; what both say together is for the observer to tell.
          for (const { id } of handoffs as readonly { readonly id: string }[]) this.#told.add(id)
          if (handoffs.length > 0) this.#soon('handoffs', ASK_MS, () => this.#loadNewHandoffs())
        },
        missed: (of) => this.#missed(of)
      },
      trace
    )
    void this.#try('all', () => this.#loadAll())
  }

  stop(): void {
    this.#leaving.abort()
    this.#stopListening()
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  /** Until everything may be loaded again, ms. */
  #restMs(): number {
    const restMs = this.#buffer.spanCount / SPANS_PER_ALL_MS
    return Math.max(ASK_MS, this.#allMs + restMs - performance.now())
  }

  #missed(of: News | undefined): void {
    const may = (told?: readonly unknown[]): boolean => (told?.length ?? TOLD_MAX) >= TOLD_MAX
    if (may(of?.spans)) this.#missing.add('spans')
    if (may(of?.handoffs)) this.#missing.add('handoffs')
    this.#soon('all', this.#restMs(), () => this.#loadMissing())
    if (may(of?.facts)) this.#soon('facts', ASK_MS, () => this.#loadMissedFacts())
  }

  async #loadMissing(): Promise<void> {
    this.#allMs = performance.now()
    // Before they are asked for: what is missed meanwhile is asked for again.
    const [spans, handoffs] = [this.#missing.delete('spans'), this.#missing.delete('handoffs')]
    try {
      await Promise.all([
        this.#loadSummary(),
        ...(spans ? [this.#loadSpans()] : []),
        ...(handoffs ? [this.#loadHandoffs()] : [])
      ])
    } catch (thrown) {
      if (spans) this.#missing.add('spans')
      if (handoffs) this.#missing.add('handoffs')
      throw thrown
    }
    await this.#loadDetail()
  }

  async #loadAll(): Promise<void> {
    this.#allMs = performance.now()
    await Promise.all([this.#loadSummary(), this.#loadSpans(), this.#loadHandoffs()])
    this.#complete = true
    this.#publish()
    await Promise.all([this.#loadDetail(), this.#loadFacts()])
  }

  async #loadSummary(): Promise<void> {
    const asked = ++this.#summariesAsked
    const summary = await this.#get<TraceSummary>('/summary')
    // Asked for by itself and with everything: the answers may overtake each other.
    if (asked < this.#summaryShown) return
    this.#summaryShown = asked
    this.#summary = summary
    this.#turns++
    this.#publish()
  }

  async #loadDetail(): Promise<void> {
    this.#detail = await this.#get<TraceDetail>('', { nodes: 1 })
    this.#turns++
    this.#publish()
  }

  async #loadSpans(): Promise<void> {
    let after: string | undefined
    do {
      const limit = after === undefined ? FIRST_SPANS : PAGE_SPANS
      const page: Page<Span> = await this.#get('/spans', { limit, after })
      const first = this.#buffer.spanCount === 0
      this.#buffer.addSpans(page.items as readonly SpanPart[])
      after = page.next
      if (first) this.#publish()
      else this.#showSoon()
    } while (after !== undefined && !this.#buffer.spansCut)
  }

  /** Newest first. @param wanted when these were seen it is enough; all of them unless given */
  async #loadHandoffs(wanted?: Set<string>): Promise<void> {
    let after: string | undefined
    do {
      const page: Page<Handoff> = await this.#get('/handoffs', { limit: PAGE, after })
      this.#buffer.addHandoffs(page.items)
      for (const { id } of page.items) wanted?.delete(id)
      after = page.next
      this.#showSoon()
    } while (after !== undefined && wanted?.size !== 0)
  }

  async #loadNewHandoffs(): Promise<void> {
    const wanted = new Set(this.#told)
    this.#told.clear()
    await this.#loadHandoffs(wanted)
  }

  /** The earliest ones, as many as are kept. */
  async #loadFacts(): Promise<void> {
    let [after, count]: [string | undefined, number] = [undefined, 0]
    do {
      const page: Page<Fact> = await this.#get('/facts', { limit: PAGE, after })
      this.#buffer.addFacts(page.items)
      count += page.items.length
      after = page.next
      this.#showSoon()
    } while (after !== undefined && count < FACTS_MAX)
    this.#pastCut = after !== undefined
    this.#showSoon()
  }

  /**
   * The newest first, for they are the likeliest. Of a run that is here whole nothing may be left
   * out, and what came late may stand anywhere: then all of it is looked through, without haste.
   */
  async #loadMissedFacts(): Promise<void> {
    const isCut = (): boolean => this.#pastCut || this.#buffer.factsCut
    let after: string | undefined
    for (let pages = 1; ; pages++) {
      const asked = { limit: PAGE, order: 'newest', after }
      const page: Page<Fact> = await this.#get('/facts', asked)
      const added = this.#buffer.addFacts(page.items)
      after = page.next
      this.#showSoon()
      if (after === undefined || (isCut() && (added === 0 || pages >= MISSED_PAGES))) return
      await this.#rest(FACTS_REST_MS)
    }
  }

  #rest(ms: number): Promise<void> {
    return new Promise((done) => this.#timers.set('rest', setTimeout(done, ms)))
  }

  #get<T>(path: string, parameters: Readonly<Record<string, string | number | undefined>> = {}) {
    return get<T>(this.#path + path, parameters, this.#leaving.signal)
  }

  #showSoon(): void {
    const ms = SHOW_MS + this.#buffer.spanCount / SPANS_PER_MS
    this.#soon('show', ms, () => this.#publish())
  }

  /** Once, after so long, and never twice at once; what comes meanwhile is covered by it. */
  #soon(name: string, ms: number, act: () => void | Promise<void>): void {
    if (this.#leaving.signal.aborted || this.#timers.has(name)) return
    const go = (): void => {
      this.#timers.delete(name)
      if (this.#running.has(name)) this.#soon(name, ms, act)
      else void this.#try(name, act)
    }
    this.#timers.set(name, setTimeout(go, ms))
  }

  /** What fails and may pass is tried again, whatever is shown meanwhile. */
  async #try(name: string, act: () => void | Promise<void>): Promise<void> {
    this.#running.add(name)
    try {
      await act()
      if (!this.#errors.delete(name)) return
    } catch (thrown) {
      if (this.#leaving.signal.aborted) return
      const error = asApiError(thrown)
      this.#errors.set(name, error)
      const passing = error.status === 0 || error.status === 429 || error.status >= 500
      if (passing) this.#soon(name, error.retryAfterMs ?? RETRY_MS, act)
    } finally {
      this.#running.delete(name)
    }
    this.#publish()
  }

  #publish(): void {
    if (this.#leaving.signal.aborted) return
    const [summary, detail, complete] = [this.#summary, this.#detail, this.#complete]
    const [error] = this.#errors.values()
    if (summary === undefined) return this.#show({ run: undefined, error })
    const content = this.#buffer.read()
    const version = content.version + this.#turns
    const factsCut = content.factsCut || this.#pastCut
    this.#show({
      error,
      run: { trace: this.#trace, summary, detail, complete, ...content, factsCut, version }
    })
  }
}

function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  return new ApiError(-1, 'INTERNAL', `The page has a fault of its own: ${String(thrown)}`)
}
