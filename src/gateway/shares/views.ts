/** What shares show, made of the store and kept for moments: many may open a link at once. */

import type { Clock } from '../../node/clock.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { JsonObject } from '../../protocol/json.ts'
import { allSpans } from '../../observer/query/all-spans.ts'
import type { StoredSpan, TraceStore, TraceSummary } from '../../observer/store.ts'
import { pictureOf } from './picture.ts'
import type { Profile } from './share.ts'
import { showRun } from './show.ts'
import type { ShownRun } from './shown.ts'

/** Spans that are shown, count: what one page draws on any phone; the earliest of more. */
export const SPANS_MAX = 2_000
/** Spans whose attributes are shown, count: each is a question of its own to the store. */
const WITH_ATTRIBUTES_MAX = 500
/** How long what was made is given again, ms. */
const KEPT_MS = 5_000
/** … and how many, count: some 600 KB each. */
const KEPT_MAX = 16
/** Made at once, count. */
const MAKING_MAX = 4
/** What is told to whoever wants another, ms. */
const RETRY_MS = 1_000

interface View {
  readonly at: number
  readonly run: Promise<ShownRun>
  json?: Promise<Uint8Array<ArrayBuffer>>
  picture?: Promise<Uint8Array<ArrayBuffer>>
}

export class Views {
  readonly #store: TraceStore
  readonly #clock: Clock
  /** The oldest first. */
  readonly #views = new Map<string, View>()
  #making = 0

  constructor(store: TraceStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** @throws PeerworkError `BUSY`, and what the store throws */
  run(summary: TraceSummary, profile: Profile): Promise<ShownRun> {
    return this.#view(summary, profile).run
  }

  /** The same as JSON. */
  json(summary: TraceSummary, profile: Profile): Promise<Uint8Array<ArrayBuffer>> {
    const view = this.#view(summary, profile)
    view.json ??= view.run.then((run) => new TextEncoder().encode(`${JSON.stringify(run)}\n`))
    return view.json
  }

  picture(summary: TraceSummary, profile: Profile): Promise<Uint8Array<ArrayBuffer>> {
    const view = this.#view(summary, profile)
    view.picture ??= view.run.then(pictureOf)
    return view.picture
  }

  #view(summary: TraceSummary, profile: Profile): View {
    const now = this.#clock.elapsed()
    const key = `${summary.trace} ${profile}`
    const kept = this.#views.get(key)
    if (kept !== undefined && now - kept.at < KEPT_MS) return kept
    this.#views.delete(key)
    const view: View = { at: now, run: this.#make(summary, profile) }
    this.#views.set(key, view)
    view.run.catch(() => {
      if (this.#views.get(key) === view) this.#views.delete(key)
    })
    for (const [oldest] of this.#views) {
      if (this.#views.size <= KEPT_MAX) break
      this.#views.delete(oldest)
    }
    return view
  }

  async #make(summary: TraceSummary, profile: Profile): Promise<ShownRun> {
    if (this.#making >= MAKING_MAX) {
      throw new PeerworkError('BUSY', 'too many ask at once', { retryAfterMs: RETRY_MS })
    }
    this.#making++
    try {
      const spans = await allSpans(this.#store, summary.trace, SPANS_MAX)
      const whole = profile === 'full-metadata'
      const attributes = whole ? await attributesOf(this.#store, spans) : []
      return showRun({ summary, spans, attributes }, profile)
    } finally {
      this.#making--
    }
  }
}

async function attributesOf(
  store: TraceStore,
  spans: readonly StoredSpan[]
): Promise<readonly (JsonObject | undefined)[]> {
  const all: (JsonObject | undefined)[] = []
  for (const { trace, span, source } of spans.slice(0, WITH_ATTRIBUTES_MAX)) {
    const versions = await store.span(trace, span)
    const own = versions.find(
      (one) => one.source.by === source.by && one.source.kind === source.kind
    )
    all.push(own?.attributes)
  }
  return all
}
