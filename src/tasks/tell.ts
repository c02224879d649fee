/**
 * What one task tells beside its own life: steps that its skill reports, requests it makes, guards
 * it runs into. The skill is not trusted: its words are read strictly, and bounded in number.
 */

import { PeerworkError } from '../protocol/errors.ts'
import { clipLabel } from '../protocol/text.ts'
import { readTold } from '../protocol/trace-step.ts'
import type { Told } from '../protocol/trace-step.ts'
import type { Account } from './account.ts'
import {
  SPENT_MAX,
  STEP_CONTENTS_BYTES_MAX,
  STEP_CONTENTS_MAX,
  TRACE_EVENTS_MAX
} from './limits.ts'
import { readContent } from './step-content.ts'
import type { ToldContent } from './step-content.ts'
import type { WorkPort } from './work.ts'

type Spending = Pick<Account, 'spend' | 'model'>
type Handoff = Extract<Told, { call: number }>

/** How a request of the skill ended. */
export interface Answered {
  readonly status?: number
  /** A code, never a sentence. */
  readonly error?: string
}

export interface Guard {
  readonly guard: string
  readonly reason: string
  readonly limit: number
  readonly value: number
}

/** Names of the agent's own guards, which no skill may use for its own. */
const OWN_GUARD = /^(?:budget\.|trace\.|skill\.|loop$|depth$|parts$)/
const NOTHING: Uint8Array = new Uint8Array(0)
/** Events of one handoff: who begins to tell of it is heard to the end. */
const HANDOFF_EVENTS = 3

export class Telling {
  readonly #port: Pick<WorkPort, 'tell'>
  readonly #account: Spending
  readonly #elapsed: () => number
  readonly #started: number
  #events = 0
  #contents = 0
  #contentBytes = 0
  #offers = 0
  /** Handoffs that are not over, by their number. */
  readonly #open = new Map<number, 'offered' | 'accepted'>()
  readonly #tripped = new Set<string>()

  /** @param elapsed as `started` was taken from, ms */
  constructor(
    port: Pick<WorkPort, 'tell'>,
    account: Spending,
    elapsed: () => number,
    started: number
  ) {
    this.#port = port
    this.#account = account
    this.#elapsed = elapsed
    this.#started = started
  }

  /**
   * A word of the skill.
   *
   * @param payload the contents of a step, if they are wanted
   * @throws PeerworkError `MALFORMED` unless it keeps to the rules
   */
  hear(word: unknown, payload: Uint8Array = NOTHING): void {
    const told = readTold(word)
    switch (told.type) {
      case 'model.called':
        this.#model({ ...told, wallMs: this.#within(told.wallMs) }, payload)
        return
      case 'tool.called':
      case 'step.ended':
        this.#count({ ...told, wallMs: this.#within(told.wallMs) }, { payload })
        return
      case 'guard.tripped': {
        const guard = OWN_GUARD.test(told.guard) ? clipLabel(`skill.${told.guard}`) : told.guard
        this.#count({ ...told, guard })
        return
      }
      default:
        return this.#handoff(told)
    }
  }

  /** A request begins. @returns to be called when it is over */
  request(host: string): (answered: Answered) => void {
    const began = this.#elapsed()
    return ({ status, error }) => {
      const failed = error ?? (status !== undefined && status >= 400 ? `HTTP ${status}` : undefined)
      this.#count({
        ...{ type: 'tool.called', tool: clipLabel(`fetch ${host}`) },
        wallMs: this.#elapsed() - began,
        ...(status !== undefined && { status }),
        ...(failed !== undefined && { error: clipLabel(failed) })
      })
    }
  }

  /** A guard of the agent was reached; told once for each task. */
  guard(trip: Guard, action: 'warned' | 'stopped' = 'stopped'): void {
    if (this.#tripped.has(trip.guard)) return
    this.#tripped.add(trip.guard)
    this.#port.tell({ type: 'guard.tripped', ...trip, action })
  }

  /** Tells of the guard that an error of the account stands for. */
  because(error: PeerworkError): PeerworkError {
    const guard = guardOf(error)
    if (guard !== undefined) this.guard(guard)
    return error
  }

  /** It is also spent, told or not. */
  #model(call: Extract<Told, { type: 'model.called' }>, payload: Uint8Array): void {
    const { input, output, cost = 0 } = call
    if (cost > SPENT_MAX) throw new PeerworkError('MALFORMED', 'a cost beyond all bounds')
    const used = { tokens: input + output, cost }
    if (this.#count(call, { payload })) this.#account.model(used)
    else this.#account.spend(used)
  }

  /** @returns whether it was told */
  #count(told: Told, { events = 1, payload = NOTHING } = {}): boolean {
    this.#events += events
    if (this.#events <= TRACE_EVENTS_MAX) {
      const content = this.#content(payload)
      if (content === undefined) this.#port.tell(told)
      else this.#port.tell(told, content)
      return true
    }
    const reason = 'the rest of what it does is not told'
    const trip = { guard: 'trace.events', reason, limit: TRACE_EVENTS_MAX, value: this.#events }
    this.guard(trip, 'warned')
    return false
  }

  /** As much of the contents as one task may tell. */
  #content(payload: Uint8Array): ToldContent | undefined {
    if (payload.length === 0) return undefined
    this.#contents++
    this.#contentBytes += payload.length
    const fits =
      this.#contents <= STEP_CONTENTS_MAX && this.#contentBytes <= STEP_CONTENTS_BYTES_MAX
    if (fits) return readContent(payload)
    const reason = 'the rest of the contents of its steps is not told'
    const bounds = { limit: STEP_CONTENTS_BYTES_MAX, value: this.#contentBytes }
    this.guard({ guard: 'trace.contents', reason, ...bounds }, 'warned')
    return undefined
  }

  #handoff(told: Handoff): void {
    const { call } = told
    if (told.type === 'handoff.offered') {
      if (call !== this.#offers) throw new PeerworkError('MALFORMED', 'handoffs are out of order')
      this.#offers++
      if (this.#count(told, { events: HANDOFF_EVENTS })) this.#open.set(call, 'offered')
      return
    }
    if (call >= this.#offers) throw new PeerworkError('MALFORMED', 'no such handoff was offered')
    const stage = this.#open.get(call)
    if (told.type === 'handoff.ended') this.#open.delete(call)
    else if (stage === 'offered') this.#open.set(call, 'accepted')
    else return
    if (stage !== undefined) this.#port.tell(told)
  }

  /** No step takes longer than its task so far. */
  #within(wallMs: number): number {
    return Math.max(0, Math.min(wallMs, this.#elapsed() - this.#started))
  }
}

export const outOfTime = (limit: number, value: number): Guard => ({
  ...{ guard: 'budget.wall', reason: 'its time is up', limit, value }
})

/** A task's time was up before it began, ms. */
export const expired = (limit: number): Told => ({
  ...{ type: 'guard.tripped', action: 'stopped', ...outOfTime(limit, limit) }
})

/** The guard behind an error of the task's account; undefined for any other. */
function guardOf({ code, message, facts }: PeerworkError): Guard | undefined {
  const { what, limit, used } = facts
  if (code !== 'BUDGET_EXCEEDED' || typeof what !== 'string') return undefined
  const name = what === 'cpuMs' ? 'cpu' : what
  const reason = clipLabel(message)
  return { guard: `budget.${name}`, reason, limit: Number(limit), value: Number(used) }
}
