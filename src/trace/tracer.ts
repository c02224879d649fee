/**
 * `peerwork/trace`: spans, handoffs and changes of state from code that is no Peerwork agent.
 *
 * ```ts
 * await using tracer = createTracer({ key, agent: 'planner' })
 * await tracer.span('plan', { kind: 'agent' }, async (span) => {
 *   const handed = span.handoff({ to: 'writer' })
 *   await ask('writer', { traceparent: handed.traceparent, handoff: handed.id })
 *   handed.end('ok')
 * })
 * ```
 */

import { PeerworkError } from '../protocol/errors.ts'
import { parseTraceparent } from '../protocol/trace-context.ts'
import { systemTraceClock } from './clock.ts'
import type { TraceClock } from './clock.ts'
import { Sender } from './sender.ts'
import { beginSpan, newId } from './span.ts'
import type { Facts, Means, Span } from './span.ts'

export type {
  Facts,
  Guard,
  HandedOff,
  Handoff,
  Kind,
  Operation,
  Outcome,
  Span,
  Tokens
} from './span.ts'
export type { TraceClock } from './clock.ts'

/** How long `flush` and `close` may send what waits unless told otherwise, ms. */
const CLOSE_MS_MAX = 5_000
const URL_DEFAULT = 'http://127.0.0.1:4319'

export interface TracerOptions {
  /** Of the observer; default `http://127.0.0.1:4319`. */
  readonly url?: string
  /** An API key with the scope `ingest`: `peerwork observe key create <name> --scope ingest`. */
  readonly key: string
  /** Whose spans these are. */
  readonly agent?: string
  /** Told when lines are lost, and why; nothing throws. Default: a warning of the process. */
  readonly onLoss?: (lines: number, why: string) => void
  readonly clock?: TraceClock
}

export interface StartOptions extends Facts {
  /** Continue the trace of a W3C `traceparent`; malformed ones begin a new trace. */
  readonly traceparent?: string
  /** Id of the handoff that this span takes up, as its giver has it. */
  readonly handoff?: string
}

export class Tracer implements AsyncDisposable {
  readonly #sender: Sender
  readonly #means: Means
  readonly #agent: string | undefined

  /** @throws PeerworkError `BAD_OPTION` for a URL or key that cannot be one; nothing else throws */
  constructor(options: TracerOptions) {
    const { url = URL_DEFAULT, key, agent, clock = systemTraceClock } = options
    checkWhere(url, key)
    const sender = new Sender({ url, key, onLoss: options.onLoss ?? warn })
    this.#sender = sender
    this.#means = { clock, push: (line) => sender.push(line) }
    this.#agent = agent
  }

  /** Begin a span; end it yourself. */
  start(name: string, options: StartOptions = {}): Span {
    const { traceparent, handoff, ...said } = options
    const above = traceparent === undefined ? undefined : contextIn(traceparent)
    const trace = above?.traceId ?? newId(this.#means, 16)
    const facts = this.#agent === undefined ? said : { agent: this.#agent, ...said }
    return beginSpan({ trace, parent: above?.spanId, name, facts, handoff }, this.#means)
  }

  /** Run a function inside a span that ends with it, as it ends. */
  async span<T>(
    name: string,
    options: StartOptions,
    run: (span: Span) => T | Promise<T>
  ): Promise<T> {
    const span = this.start(name, options)
    try {
      const value = await run(span)
      span.end()
      return value
    } catch (error) {
      span.end({ error: error ?? 'undefined was thrown' })
      throw error
    }
  }

  /** Resolves when everything so far was sent or lost, or after so long, ms. */
  flush(ms = CLOSE_MS_MAX): Promise<void> {
    return this.#sender.flush(ms)
  }

  /** Sends what waits, for so long at most, ms; what is left then is lost, and told. */
  close(ms = CLOSE_MS_MAX): Promise<void> {
    return this.#sender.close(ms)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Start tracing to an observer. @throws PeerworkError `BAD_OPTION` */
export function createTracer(options: TracerOptions): Tracer {
  return new Tracer(options)
}

function checkWhere(url: string, key: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new PeerworkError('BAD_OPTION', `url is no http(s) address: "${url}"`)
  }
  // Never in the message: what was meant as a key may be one.
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    const what = key === '' ? 'key is empty' : 'key is no API key'
    const how = 'peerwork observe key create my-app --scope ingest'
    throw new PeerworkError('BAD_OPTION', `${what}; one is made by: ${how}`)
  }
}

function contextIn(traceparent: string): { traceId: string; spanId: string } | undefined {
  try {
    return parseTraceparent(traceparent)
  } catch {
    return undefined
  }
}

function warn(lines: number, why: string): void {
  process.emitWarning(`${lines} lines of a trace were lost: ${why}`, 'PeerworkTraceWarning')
}
