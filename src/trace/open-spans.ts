/** Spans that have begun and not ended, by the framework's own ids, in bounded number. */

import type { Outcome, Span } from './span.ts'

/** Spans, count: what never ends, like a stream that nobody reads, must not pile up. */
const OPEN_MAX = 10_000

export class OpenSpans {
  readonly #spans = new Map<string, Span>()

  get(id: unknown): Span | undefined {
    return typeof id === 'string' ? this.#spans.get(id) : undefined
  }

  set(id: string, span: Span): void {
    this.#spans.set(id, span)
    const [oldest] = this.#spans.keys()
    if (this.#spans.size > OPEN_MAX && oldest !== undefined) this.#spans.delete(oldest)
  }

  end(id: string, outcome?: Outcome): void {
    this.#spans.get(id)?.end(outcome)
    this.#spans.delete(id)
  }

  /** End all whose id begins so. */
  endAll(prefix: string, outcome: Outcome): void {
    for (const id of this.#spans.keys()) if (id.startsWith(prefix)) this.end(id, outcome)
  }
}
