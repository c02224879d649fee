/** A span that has begun, and the lines that tell of it. */

import type { JsonObject, JsonValue } from '../protocol/json.ts'
import type { TraceClock } from './clock.ts'
import { errorOf, factsOf, shortWords } from './said.ts'

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
  /** What this span used up itself, never its children. `input` includes cached ones. */
  readonly tokens?: Tokens
  /** US dollars. */
  readonly cost?: number
  readonly conversation?: string
  readonly attributes?: JsonObject
}

export interface Tokens {
  readonly input?: number
  readonly output?: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
  readonly reasoning?: number
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

export interface Guard {
  readonly action: 'warned' | 'stopped'
  readonly reason?: string
  readonly limit?: number
  readonly value?: number
}

/** Work that was offered to somebody else. */
export interface HandedOff {
  /** Give both along: whoever takes it starts a span with `{ handoff: id, traceparent }`. */
  readonly id: string
  readonly traceparent: string
  /** How it ended, seen from here. */
  end(status: 'ok' | 'error' | 'canceled' | 'rejected', error?: unknown): void
}

export interface Outcome {
  readonly error?: unknown
  /** `error` when there is one, else `ok`. */
  readonly status?: 'ok' | 'error' | 'canceled'
}

export interface Span {
  readonly trace: string
  readonly id: string
  /** W3C `traceparent`, for whoever continues this trace. */
  readonly traceparent: string
  /** Say more about it, also when it has ended; the last word counts. */
  set(facts: Facts): void
  /** A moment in it. */
  event(name: string, body?: JsonObject): void
  /** JSON Patch operations (RFC 6902) that were applied to shared state. */
  state(operations: readonly Operation[]): void
  /** Something that limits agents did so. */
  guard(guard: string, facts: Guard): void
  /** Offer work to another agent or a person. */
  handoff(to: Handoff): HandedOff
  /** A span below it. */
  start(name: string, facts?: Facts): Span
  /** Only the first end counts. */
  end(outcome?: Outcome): void
}

/** Where lines go, and where time and ids come from. */
export interface Means {
  readonly clock: TraceClock
  readonly push: (line: JsonObject) => void
}

export interface Beginning {
  readonly trace: string
  readonly parent: string | undefined
  readonly name: string
  readonly facts: Facts
  /** Id of the handoff that it takes up. */
  readonly handoff: string | undefined
}

export const newId = ({ clock }: Means, bytes: number): string =>
  Buffer.from(clock.random(bytes)).toString('hex')

export function beginSpan(beginning: Beginning, means: Means): Span {
  const { trace, parent, name, handoff } = beginning
  const { clock, push } = means
  const id = newId(means, 8)
  const traceparent = `00-${trace}-${id}-01`
  const start = clock.now()
  let facts = beginning.facts
  let end: JsonObject | undefined
  const moment = () => ({ trace, span: id, at: clock.now() })
  const self = { type: 'span', trace, span: id, ...(parent !== undefined && { parent }) }
  const tell = (): void =>
    push({ ...self, ...shortWords({ name: name || 'unnamed' }), start, ...factsOf(facts), ...end })
  const side = { type: 'handoff', trace, id: handoff ?? '', side: 'taker', span: id }
  const take = (rest: JsonObject): void => {
    if (handoff === undefined) return
    push({ ...side, ...shortWords({ to: facts.agent }), ...rest })
  }
  tell()
  take({ accepted: start, started: start, status: 'accepted' })
  return {
    ...{ trace, id, traceparent },
    set(more) {
      facts = merged(facts, more)
      if (end !== undefined) tell()
    },
    event: (word, body = {}) =>
      push({ type: 'event', ...moment(), ...shortWords({ name: word || 'unnamed' }), body }),
    state: (operations) => {
      const author = shortWords({ author: facts.agent })
      push({ type: 'state', ...moment(), ...author, operations: operations as never })
    },
    guard: (guard, rest) => push({ type: 'guard', ...moment(), guard, ...rest }),
    handoff: (to) => giveAway({ trace, span: id, traceparent, from: facts.agent }, to, means),
    start: (below, more = {}) => {
      const inherited = facts.agent === undefined ? {} : { agent: facts.agent }
      const child = { trace, parent: id, name: below, handoff: undefined }
      return beginSpan({ ...child, facts: { ...inherited, ...more } }, means)
    },
    end({ error, status } = {}) {
      if (end !== undefined) return
      const ended = { status: status ?? (error === undefined ? 'ok' : 'error'), ...errorOf(error) }
      end = { end: clock.now(), ...ended }
      tell()
      take({ ended: end['end'] ?? 0, ...ended, ...costOf(facts) })
    }
  }
}

interface Giver {
  readonly trace: string
  readonly span: string
  readonly traceparent: string
  readonly from: string | undefined
}

function giveAway(giver: Giver, to: Handoff, means: Means): HandedOff {
  const { trace, span, traceparent, from } = giver
  const id = newId(means, 16)
  const said = { type: 'handoff', trace, id, span, mode: to.mode ?? 'return-to-caller' }
  const who = { ...said, ...shortWords({ from, to: to.to, skill: to.skill }) }
  const { clock, push } = means
  push({ ...who, offered: clock.now(), status: 'offered' })
  return {
    ...{ id, traceparent },
    end: (status, error) => push({ ...who, ended: clock.now(), status, ...errorOf(error) })
  }
}

const merged = (before: Facts, more: Facts): Facts => ({
  ...{ ...before, ...more },
  ...(before.attributes !== undefined &&
    more.attributes !== undefined && { attributes: { ...before.attributes, ...more.attributes } })
})

function costOf(facts: Facts): JsonObject {
  const { tokens, cost } = factsOf(facts) as { tokens?: Tokens; cost?: number }
  const sum = (tokens?.input ?? 0) + (tokens?.output ?? 0)
  return { ...(sum > 0 && { tokens: sum }), ...(cost !== undefined && { cost }) }
}
