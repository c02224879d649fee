/**
 * `peerwork/trace`: spans, handoffs and changes of state from code that is no Peerwork agent.
 *
 * ```ts
 * const tracer = createTracer({ url, key, agent: 'planner' })
 * await tracer.span('plan', { kind: 'agent' }, async (span) => {
 *   span.handoff({ to: 'writer', mode: 'pass-control' })
 * })
 * await tracer.close()
 * ```
 */

import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { parseTraceparent } from '../protocol/trace-context.ts'
import { systemTraceClock } from './clock.ts'
import type { TraceClock } from './clock.ts'
import { Sender } from './sender.ts'

/** How long `close` may send what waits, ms. */
const CLOSE_MS_MAX = 5_000

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

export type Kind =
  | 'task'
  | 'agent'
  | 'workflow'
  | 'step'
  | 'model'
  | 'tool'
  | 'retrieval'
  | 'memory'
  | 'other'

/** What can be said of a span. Contents (prompts, answers) only if you put them in `attributes`. */
export interface Facts {
  readonly kind?: Kind
  readonly agent?: string
  readonly model?: string
  readonly provider?: string
  readonly tool?: string
  readonly tokens?: {
    readonly input?: number
    readonly output?: number
    readonly cacheRead?: number
    readonly cacheWrite?: number
    readonly reasoning?: number
  }
  /** US dollars. */
  readonly cost?: number
  readonly conversation?: string
  readonly attributes?: JsonObject
}

export interface Operation {
  readonly op: 'add' | 'replace' | 'remove' | 'move' | 'copy' | 'test'
  readonly path: string
  readonly from?: string
  readonly value?: JsonValue
}

export interface Handoff {
  readonly to: string
  readonly mode?: 'return-to-caller' | 'pass-control' | 'human'
  readonly skill?: string
}

/** A span that has begun. */
export interface Span {
  readonly trace: string
  readonly id: string
  /** W3C `traceparent`, for whoever continues this trace. */
  readonly traceparent: string
  /** Say more about it; the last word counts. */
  set(facts: Facts): void
  /** A moment in it. */
  event(name: string, body?: JsonObject): void
  /** JSON Patch operations (RFC 6902) that were applied to shared state. */
  state(operations: readonly Operation[]): void
  guard(guard: string, facts: { action: 'warned' | 'stopped'; reason?: string }): void
  /** Offer work to another agent or a person; the returned function says how it ended. */
  handoff(to: Handoff): (status: 'ok' | 'error' | 'canceled' | 'rejected') => void
  /** A span below it. */
  start(name: string, facts?: Facts): Span
  end(outcome?: { readonly error?: unknown }): void
}

export interface StartOptions extends Facts {
  /** Continue the trace of a W3C `traceparent`; malformed ones begin a new trace. */
  readonly traceparent?: string
}

export class Tracer implements AsyncDisposable {
  readonly #sender: Sender
  readonly #clock: TraceClock
  readonly #agent: string | undefined

  constructor(options: TracerOptions) {
    const { url = 'http://127.0.0.1:4319', key, agent, clock = systemTraceClock } = options
    const onLoss = options.onLoss ?? warn
    this.#sender = new Sender({ url, key, onLoss })
    this.#clock = clock
    this.#agent = agent
  }

  /** Begin a span; end it yourself. */
  start(name: string, options: StartOptions = {}): Span {
    const { traceparent, ...facts } = options
    const above = traceparent === undefined ? undefined : contextIn(traceparent)
    const trace = above?.traceId ?? this.#id(16)
    return this.#begin({ trace, parent: above?.spanId, name, facts })
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
      span.end({ error })
      throw error
    }
  }

  /** Resolves when everything so far was sent or lost. */
  flush(): Promise<void> {
    return this.#sender.flush()
  }

  /** Sends what waits, for some seconds at most. */
  close(): Promise<void> {
    return this.#sender.close(CLOSE_MS_MAX)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #id(bytes: number): string {
    return Buffer.from(this.#clock.random(bytes)).toString('hex')
  }

  #begin(beginning: Beginning): Span {
    const { trace, parent, name } = beginning
    const id = this.#id(8)
    const clock = this.#clock
    const start = clock.now()
    let facts: Facts = { ...(this.#agent !== undefined && { agent: this.#agent }) }
    let ended = false
    const where = { trace, span: id }
    const line = (type: string, rest: object): void =>
      this.#sender.push({ type, ...rest })
    const tell = (rest: object): void =>
      line('span', {
        ...where,
        ...(parent !== undefined && { parent }),
        name,
        start,
        ...facts,
        ...rest
      })
    facts = { ...facts, ...beginning.facts }
    tell({})
    return {
      ...{ trace, id, traceparent: `00-${trace}-${id}-01` },
      set: (more) => {
        facts = merged(facts, more)
        if (ended) tell({})
      },
      event: (word, body = {}) => line('event', { ...where, at: clock.now(), name: word, body }),
      state: (operations) => {
        const author = facts.agent === undefined ? {} : { author: facts.agent }
        line('state', { ...where, at: clock.now(), ...author, operations })
      },
      guard: (guard, rest) => line('guard', { ...where, at: clock.now(), guard, ...rest }),
      handoff: ({ to, mode = 'return-to-caller', skill }) => {
        const from = facts.agent === undefined ? {} : { from: facts.agent }
        const handoff = { trace, id: this.#id(16), span: id, ...from, to, mode }
        const more = skill === undefined ? {} : { skill }
        line('handoff', { ...handoff, ...more, offered: clock.now(), status: 'offered' })
        return (status) => line('handoff', { ...handoff, ended: clock.now(), status })
      },
      start: (below, more = {}) => this.#begin({ trace, parent: id, name: below, facts: more }),
      end: ({ error } = {}) => {
        if (ended) return
        ended = true
        tell({ end: clock.now(), ...(error !== undefined && { error: errorOf(error) }) })
      }
    }
  }
}

/** Start tracing to an observer. */
export function createTracer(options: TracerOptions): Tracer {
  return new Tracer(options)
}

interface Beginning {
  readonly trace: string
  readonly parent: string | undefined
  readonly name: string
  readonly facts: Facts
}

const merged = (before: Facts, more: Facts): Facts => ({
  ...{ ...before, ...more },
  ...(before.attributes !== undefined &&
    more.attributes !== undefined && { attributes: { ...before.attributes, ...more.attributes } })
})

function contextIn(traceparent: string): { traceId: string; spanId: string } | undefined {
  try {
    return parseTraceparent(traceparent)
  } catch {
    return undefined
  }
}

const MESSAGE_LENGTH_MAX = 2_000

function errorOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'Error', message: String(error) }
  const { code } = error as { code?: unknown }
  const name = typeof code === 'string' && code !== '' ? code : error.name
  return {
    code: name.slice(0, 200) || 'Error',
    message: error.message.slice(0, MESSAGE_LENGTH_MAX)
  }
}

function warn(lines: number, why: string): void {
  process.emitWarning(`${lines} lines of a trace were lost: ${why}`, 'PeerworkTraceWarning')
}
